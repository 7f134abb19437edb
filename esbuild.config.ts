import { rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { bundleHandlers } from './src/build/bundle.ts'
import { buildDomainFiles } from './src/build/domain-files.ts'

const functions = ['pre-signup', 'pre-auth', 'post-auth', 'post-confirmation', 'sweeper']

// Tests build into a folder of their own, so that nobody's handlers disappear while they run.
const target = process.argv[2] ?? 'dist'

await rm(target, { recursive: true, force: true })
await bundleHandlers(
  functions.map((each) => ({ folder: `${target}/${each}`, entry: `src/${each}/handler.ts` })),
  build,
)
// Lists of domains that its settings may name, see docs/domain-lists.md.
await buildDomainFiles('domains', `${target}/pre-signup`)
