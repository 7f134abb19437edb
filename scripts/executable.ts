// Makes files executable. The compiler writes them without that permission. npm adds it when it links a command, but npx
// reuses its existing links, so a file that was compiled again would fail with a permission error.
import { chmodSync } from 'node:fs'

for (const file of process.argv.slice(2)) chmodSync(file, 0o755)
