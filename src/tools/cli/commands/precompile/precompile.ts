import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { UsageError } from '../../../lib/errors.ts'
import { assertPaths } from '../../../lib/event-files.ts'
import { importPeer } from '../../../lib/import-peer.ts'
import { type TriggerName, triggerNamed, triggerOf } from '../../../lib/trigger-of.ts'
import { readExpectation } from '../../../replay/expectation.ts'
import { type Located, look } from '../../../replay/handlers.ts'
import { type ReadEvent, readEvents } from '../../../replay/read-events.ts'
import { serverlessHandlers } from '../../../replay/serverless-handlers.ts'
import { replaceFiles, rewrite } from './rewrite.ts'
import { startOnce, type TrialOptions } from './trial.ts'

/** What is precompiled, and how. The working folder also has serverless.yml and the sample events. */
export interface PrecompileOptions extends TrialOptions {
  /** The bundle's folder, its handler's file, or `path/to/file.export` as in serverless.yml. */
  readonly bundle: string
  /** The event of the trial start: a sample event of the trigger unless set. */
  readonly event?: string | undefined
}

/** How many functions of how many files were put in parentheses; or why the bundle is as it was. */
export type Precompiled = { readonly functions: number; readonly files: number } | { readonly fault: string }

/**
 * Starts a bundle once for an event, and has V8 compile the functions that this called together with the file. A bundle whose
 * start fails stays as it is, byte for byte.
 *
 * @throws UsageError when bundle or event cannot be had, MissingPeer without acorn or dynalite.
 */
export async function precompile({ bundle, event, ...options }: PrecompileOptions): Promise<Precompiled> {
  const { folder, signal } = options
  const { parse } = await importPeer('acorn', 'to precompile a bundle', () => import('acorn'))
  const { file, exported, trigger } = await locate(folder, bundle)
  const read = event === undefined ? await sampleOf(trigger, folder, bundle) : await eventIn(event, folder)
  const trial = await startOnce({ file, exported }, read, options)
  if ('fault' in trial) return trial
  const texts = new Map<string, string>()
  const counts: number[] = []
  for (const [each, called] of trial.called) {
    const path = relative(dirname(file), each)
    // Packages beside a bundle belong to npm.
    if (path.split(sep).some((part) => part === '..' || part === 'node_modules')) continue
    try {
      const result = await rewrite(each, called, parse)
      counts.push(result.functions)
      for (const [name, text] of result.texts) texts.set(name, text)
    } catch (error) {
      return { fault: `${path}: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  if (counts.length === 0) return { fault: 'V8 reported no function of it' }
  signal.throwIfAborted()
  await replaceFiles(texts).catch((error: Error) => {
    throw new UsageError(`${bundle}: cannot be written: ${error.message}`)
  })
  return { functions: counts.reduce((sum, count) => sum + count, 0), files: counts.filter((count) => count > 0).length }
}

const NAMES = ['handler', 'index'].flatMap((name) => ['js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`))

/** The handler of a bundle, under the name and the trigger that serverless.yml has for it, if any. */
async function locate(folder: string, bundle: string): Promise<Located & { readonly trigger: TriggerName | undefined }> {
  const isFolder = (await stat(resolve(folder, bundle)).catch(() => undefined))?.isDirectory() ?? false
  const named = isFolder ? [] : [await look(folder, bundle)]
  const declared = await Promise.all(
    [...((await serverlessHandlers(folder))?.handlers ?? [])].map(async ([trigger, reference]) => {
      const found = await look(folder, reference)
      return found && { ...found, trigger }
    }),
  )
  const beside = isFolder ? await Promise.all(NAMES.map((name) => look(folder, join(bundle, name)))) : []
  const inFolder = declared.filter((each) => each && dirname(each.file) === resolve(folder, bundle))
  const found = [...named, ...inFolder, ...beside].find((each) => each !== undefined)
  if (found === undefined)
    throw new UsageError(
      `${bundle}: ${isFolder ? `a folder without a handler; expected one of ${NAMES.join(', ')}` : 'no such file or folder'}`,
    )
  if (!/\.[cm]?js$/.test(found.file)) throw new UsageError(`${bundle}: not a bundle; expected a .js, .mjs or .cjs file`)
  const [own, above] = [basename(found.file).replace(/\..*/s, ''), basename(dirname(found.file))]
  const trigger = declared.find((each) => each?.file === found.file)?.trigger ?? triggerNamed(above) ?? triggerNamed(own)
  return { file: await realpath(found.file), exported: found.exported, trigger }
}

async function eventIn(event: string, folder: string): Promise<ReadEvent> {
  const file = resolve(folder, event)
  await assertPaths([file])
  for await (const read of readEvents([file], nothing)) {
    if (read.unreadable !== undefined) throw new UsageError(`${event}: ${read.unreadable}`)
    return read
  }
  throw new UsageError(`${event}: holds no event`)
}

/** The first sample event of the trigger that is not expected to fail, in the order in which replay runs them. */
async function sampleOf(trigger: TriggerName | undefined, folder: string, bundle: string): Promise<ReadEvent> {
  const help = 'name an event of the trial start: --event FILE'
  if (trigger === undefined) throw new UsageError(`${bundle}: nothing says of which trigger it is; ${help}`)
  const samples = join(folder, 'events')
  const found = (await stat(samples).catch(() => undefined)) === undefined ? [] : [samples]
  for await (const read of readEvents(found, nothing)) {
    const source = isObject(read.event) ? read.event.triggerSource : undefined
    if (typeof source !== 'string' || triggerOf(source) !== trigger) continue
    const { outcome = 'proceed' } = (await readExpectation(read.file)) ?? {}
    if (outcome === 'proceed') return read
  }
  throw new UsageError(`${bundle}: events/ has no event of ${trigger} that is to proceed; ${help}`)
}

/** Standard input holds no event here. */
async function* nothing(): AsyncGenerator<string> {}
