import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleDeployed, functionFolders, ordinaryEvent, precompileDeployed } from './scripts/handlers.ts'
import { buildDomainFiles } from './src/esbuild/domain-files.ts'

const functions = await functionFolders()

// Tests build into a separate folder, so that they do not delete handlers in `dist`.
const target = process.argv[2] ?? 'dist'

await bundleDeployed(functions.map((each) => ({ folder: `${target}/${each}`, entry: `src/${each}/handler.ts` }))).catch(
  (error: unknown) => {
    if (!(error instanceof Error && 'errors' in error)) throw error
    // esbuild's message names the source and the problem. A stack trace would not help.
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
// Removes the bundles of functions that no longer exist. An error in a source leaves all bundles as they are.
const stale = (await readdir(target)).filter((name) => !functions.includes(name))
await Promise.all(stale.map((name) => rm(join(target, name), { recursive: true, force: true })))
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
