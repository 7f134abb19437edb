// The compiler writes files that nobody may run. npm lets everybody run a package's command as it links it, but npx keeps links of
// its own to a folder, and through those a file that was compiled again is refused.
import { chmodSync } from 'node:fs'

for (const file of process.argv.slice(2)) chmodSync(file, 0o755)
