import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundleHandlers } from '../src/esbuild/bundle.ts'

/** The handlers of a run: the deployed ones, or programs that compose more rules with effects. */
export const HANDLERS = ['deployed', 'extended'] as const
export type Handlers = (typeof HANDLERS)[number]

const PROGRAMS = ['pre-signup', 'post-confirmation', 'post-auth', 'sweeper']

/** Bundles the programs into a folder, beside a copy of the deployed pre authentication, which has no effects. */
export async function bundleExtended(deployed: string, folder: string): Promise<void> {
  const programs = join(import.meta.dirname, 'programs')
  await bundleHandlers(
    PROGRAMS.map((name) => ({ folder: join(folder, name), entry: join(programs, name, 'handler.ts') })),
    build,
  )
  await cp(join(deployed, 'pre-auth'), join(folder, 'pre-auth'), { recursive: true })
}
