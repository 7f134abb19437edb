// Makes files executable, because the compiler writes files without that permission. When npm links a command, it adds the permission. But
// npx reuses its links, so a recompiled file would not start.
import { chmodSync } from 'node:fs'

for (const file of process.argv.slice(2)) chmodSync(file, 0o755)
