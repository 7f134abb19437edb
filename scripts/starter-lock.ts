// Writes the versions that `lifeguard init` installs to lib/tools/init/lock.json, because npm does not pack package-lock.json.
import { writeFile } from 'node:fs/promises'
import { readOwnLock, selectPackages } from '../src/tools/init/lock.ts'
import { listRoots } from '../src/tools/init/manifest.ts'
import { readOwnManifest } from '../src/tools/lib/own-package.ts'

const packages = selectPackages(await readOwnLock(), listRoots(await readOwnManifest()))
await writeFile(new URL('../lib/tools/init/lock.json', import.meta.url), JSON.stringify({ packages }))
