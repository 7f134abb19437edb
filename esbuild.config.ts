import { rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { bundleHandlers } from './src/build/bundle.ts'

const triggers = ['pre-signup', 'pre-auth', 'post-auth', 'post-confirmation']

await rm('dist', { recursive: true, force: true })
await bundleHandlers(
  triggers.map((trigger) => ({ folder: `dist/${trigger}`, entry: `src/${trigger}/handler.ts` })),
  build,
)
