// Makes files executable, because the compiler writes them without that permission.
// The permission is added when npm links a command. But npx reuses its links, so a recompiled file would fail to start.
import { chmodSync } from 'node:fs'

for (const file of process.argv.slice(2)) chmodSync(file, 0o755)
