// Makes the given files executable, because the compiler writes files without that permission. npm adds the permission only when it links a
// command, and npx reuses old links. So without this script, npx could not start a recompiled command.
import { chmodSync } from 'node:fs'

for (const file of process.argv.slice(2)) chmodSync(file, 0o755)
