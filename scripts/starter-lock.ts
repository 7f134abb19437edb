// Writes which versions `lifeguard init` gives a project: npm packs no package-lock.json.
import { writeFile } from 'node:fs/promises'
import { ownLock, partOf } from '../src/tools/init/lock.ts'
import { rootsOf } from '../src/tools/init/manifest.ts'
import { ownManifest } from '../src/tools/lib/own-package.ts'

const packages = partOf(await ownLock(), rootsOf(await ownManifest()))
await writeFile(new URL('../lib/tools/init/lock.json', import.meta.url), JSON.stringify({ packages }))
