import { rm } from 'node:fs/promises'
import { bundleDeployed, functionFolders, ordinaryEvent, precompileDeployed } from './scripts/handlers.ts'
import { buildDomainFiles } from './src/esbuild/domain-files.ts'

const functions = await functionFolders()

// Tests build into a separate folder, so that they do not delete handlers in `dist`.
const target = process.argv[2] ?? 'dist'

await rm(target, { recursive: true, force: true })
await bundleDeployed(functions.map((each) => ({ folder: `${target}/${each}`, entry: `src/${each}/handler.ts` }))).catch(
  (error: unknown) => {
    if (!(error instanceof Error && 'errors' in error)) throw error
    // esbuild's message names the source and the problem. A stack trace would not help.
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
// Domain lists that the settings of pre-signup can name. See docs/guides/domain-lists.md.
await buildDomainFiles('domains', `${target}/pre-signup`)
await Promise.all(
  functions.map(async (each) => {
    const event = await ordinaryEvent(each)
    if (event === undefined) return
    const fault = await precompileDeployed(`${target}/${each}`, event)
    if (fault !== undefined)
      process.stderr.write(`${each}: not precompiled, because its test run failed (docs/guides/performance.md): ${fault}\n`)
  }),
)
