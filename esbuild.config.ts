import { rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { bundleHandlers } from './src/build/bundle.ts'

const triggers = ['pre-signup', 'pre-auth', 'post-auth', 'post-confirmation']

// Tests build into a folder of their own, so that nobody's handlers disappear while they run.
const target = process.argv[2] ?? 'dist'

await rm(target, { recursive: true, force: true })
await bundleHandlers(
  triggers.map((trigger) => ({ folder: `${target}/${trigger}`, entry: `src/${trigger}/handler.ts` })),
  build,
)
