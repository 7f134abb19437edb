import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TriggerName } from '../../../../shared/cognito/triggers.ts'
import { findTrigger } from '../../../../shared/cognito/triggers.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import type { Environment } from '../../../lib/environment.ts'
import { UsageError } from '../../../lib/errors.ts'
import { assertPaths } from '../../../lib/event-files.ts'
import { parseTriggerName } from '../../../lib/find-trigger.ts'
import { importPeer } from '../../../lib/import-peer.ts'
import { replaceFiles } from '../../../lib/replace-files.ts'
import type { Found } from '../../../project/find-code.ts'
import { listOptionalFunctions, listTriggerFunctions, openProject } from '../../../project/project.ts'
import { readExpectation } from '../../../replay/expectation.ts'
import { look } from '../../../replay/handlers.ts'
import type { Invocation } from '../../../replay/invocation.ts'
import { createLambdaFunction } from '../../../replay/lambda.ts'
import { type ReadEvent, readEvents } from '../../../replay/read-events.ts'
import { openServices } from '../../../replay/session.ts'

/** The options of {@link precompile}. */
export interface PrecompileOptions {
  /** The bundle's folder, its handler's file, or `path/to/file.export` as in serverless.yml. */
  readonly bundle: string
  /** The file of the event for the test run. Default: a sample event of the bundle's trigger. */
  readonly event?: string | undefined
  /** The working directory, with serverless.yml, the settings file and the sample events. */
  readonly folder: string
  readonly environment: Environment
  /** Stops the test run when aborted. */
  readonly signal: AbortSignal
}

/** The number of functions and files that changed, or the error that prevented the change. */
export type Precompiled = { readonly functions: number; readonly files: number } | { readonly fault: string }

const PEERS = ['magic-string', '@jridgewell/sourcemap-codec']
const HANDLERS = 'handler.js, handler.mjs, handler.cjs, index.js, index.mjs, index.cjs'
// Time limit of the test run. Longer than Cognito's 5 s, because a build machine may be busy.
const LIMIT_MS = 10_000
const OUTPUT_LINES = 5
const GUARD = new URL(import.meta.url.endsWith('.ts') ? './only-this-machine.ts' : './only-this-machine.js', import.meta.url).href

/**
 * Runs a bundle once for an event, and rewrites it so that V8 compiles the called functions together with the file. Does not
 * change the bundle if the test run fails.
 *
 * @throws UsageError if the bundle or the event is missing or invalid.
 * @throws MissingPeerError if an optional peer dependency is missing.
 */
export async function precompile(options: PrecompileOptions): Promise<Precompiled> {
  const { rewrite } = await importPeer(PEERS, 'to precompile a bundle', () => import('./rewrite.ts'))
  const given = options.event === undefined ? undefined : await readGivenEvent(options)
  const { trigger, declared, ...handler } = await locate(options, given && readTrigger(given))
  const run = await runOnce(handler, declared, given ?? (await chooseEvent(options, trigger)), options)
  if ('fault' in run) return run
  if (run.called.size === 0) return { fault: 'V8 reported no called function' }
  const texts = new Map<string, string>()
  const counts: number[] = []
  for (const [file, called] of run.called) {
    try {
      counts.push(await rewrite(file, called, texts))
    } catch (error) {
      return { fault: `${relative(dirname(handler.file), file)}: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  options.signal.throwIfAborted()
  await replaceFiles(texts).catch((error: Error) => {
    throw new UsageError(`${options.bundle}: cannot write the bundle: ${error.message}`)
  })
  return { functions: counts.reduce((sum, count) => sum + count, 0), files: counts.filter((count) => count > 0).length }
}

/** A bundle's handler, and what the configuration says about its function. */
interface Bundle extends Found {
  readonly trigger: TriggerName | undefined
  /** The variables that the configuration sets for the function. */
  readonly declared: Readonly<Record<string, string>>
}

/**
 * Finds the handler of a bundle and its trigger. Reads the trigger from the configuration, or else from the name of the folder or file.
 *
 * @param wanted The trigger of the event. It selects the handler if the bundle has several.
 */
async function locate({ folder, bundle, environment, signal }: PrecompileOptions, wanted: TriggerName | undefined): Promise<Bundle> {
  // A build precompiles several bundles at once, so it does not run the framework for each.
  const project = await openProject(undefined, { working: folder, environment, signal, onNote: () => undefined, framework: false })
  const functions = project === undefined ? [] : [...listTriggerFunctions(project), ...listOptionalFunctions(project)]
  const path = resolve(folder, bundle)
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
  const own = functions.filter(({ handler = '' }) => dirname(resolve(folder, handler)) === path)
  const inFolder = own
    .toSorted((one, two) => Number(two.trigger === wanted) - Number(one.trigger === wanted))
    .map(({ handler = '' }) => handler)
  const references = isFolder ? [...inFolder, ...HANDLERS.split(', ').map((name) => join(bundle, name))] : [bundle]
  const found = (await Promise.all(references.map((each) => look(folder, each)))).find((each) => each !== undefined)
  const problem = isFolder ? `the folder contains no handler; expected one of ${HANDLERS}` : 'no such file or folder'
  if (found === undefined) throw new UsageError(`${bundle}: ${problem}`)
  const { file, exported } = found
  if (!/\.[cm]?js$/.test(file)) throw new UsageError(`${bundle}: not a bundle; expected a .js, .mjs or .cjs file`)
  const stem = (each: string): string => resolve(folder, each).replace(/\.\w+$/, '')
  const known = functions.find(({ handler }) => handler !== undefined && stem(handler) === stem(file) && handler.endsWith(`.${exported}`))
  const trigger = known?.trigger ?? parseTriggerName(basename(dirname(file))) ?? parseTriggerName(basename(file).replace(/\..*/, ''))
  return { file: await realpath(file), exported, trigger, declared: known?.environment ?? {} }
}

async function readGivenEvent({ folder, event = '' }: PrecompileOptions): Promise<ReadEvent> {
  const path = resolve(folder, event)
  await assertPaths([path])
  for await (const read of readEvents([path], async function* () {})) {
    if (read.unreadable !== undefined) throw new UsageError(`${event}: ${read.unreadable}`)
    return read
  }
  throw new UsageError(`${event}: contains no event`)
}

/** Reads the first sample event that is for the trigger and is expected to proceed. */
async function chooseEvent({ folder, bundle }: PrecompileOptions, trigger: TriggerName | undefined): Promise<ReadEvent> {
  const help = 'Choose an event for the test run with --event FILE'
  if (trigger === undefined) throw new UsageError(`${bundle}: the trigger is unknown. ${help}`)
  const path = resolve(folder, 'events')
  for await (const read of readEvents(existsSync(path) ? [path] : [], async function* () {})) {
    if (readTrigger(read) !== trigger) continue
    if (((await readExpectation(read.file))?.outcome ?? 'proceed') === 'proceed') return read
  }
  throw new UsageError(`${bundle}: events/ has no event of ${trigger} that is expected to proceed. ${help}`)
}

function readTrigger({ event }: ReadEvent): TriggerName | undefined {
  const source = isObject(event) ? event.triggerSource : undefined
  return typeof source === 'string' ? findTrigger(source) : undefined
}

/** The spans of the called functions by file, as `start-end` in UTF-16 code units, or the error of the test run. */
type TestRun = { readonly called: ReadonlyMap<string, ReadonlySet<string>> } | { readonly fault: string }

/** Runs a handler for one event, as replay does. V8 writes the called functions to a file when the process exits. */
async function runOnce(
  handler: Found,
  declared: Readonly<Record<string, string>>,
  { file, event }: ReadEvent,
  { signal, ...options }: PrecompileOptions,
): Promise<TestRun> {
  const { environmentFor, embedded } = await openServices({ ...options, declared, variables: [], services: 'embedded', paths: [file] })
  const environment = environmentFor(declared)
  await embedded?.startFor(handler.file)
  const reports = await mkdtemp(join(tmpdir(), 'lifeguard-precompile-'))
  const output: string[] = []
  const lambda = createLambdaFunction({
    ...handler,
    folder: options.folder,
    environment: { ...environment, NODE_V8_COVERAGE: reports, NODE_OPTIONS: `${environment.NODE_OPTIONS ?? ''} --import=${GUARD}` },
    onOutput: (line) => void (output.push(line) > OUTPUT_LINES && output.shift()),
    onNote: () => undefined,
  })
  signal.addEventListener('abort', lambda.stop, { once: true })
  try {
    const fault = findFault(await lambda.invoke(event, LIMIT_MS))
    if (fault !== undefined) return { fault: [fault, ...output].join('\n') }
    await lambda.end()
    return { called: await readCoverage(reports, dirname(handler.file)) }
  } finally {
    signal.removeEventListener('abort', lambda.stop)
    await Promise.all([lambda.stop(), embedded?.stop()])
    await rm(reports, { recursive: true, force: true })
  }
}

/** Returns the error of the test run, if any. A failed rule counts as an error, because an event without a failure calls other functions. */
function findFault({ decision, ...invocation }: Invocation): string | undefined {
  if (invocation.kind === 'timedOut') return `the handler did not answer within ${LIMIT_MS / 1000} seconds`
  if (invocation.kind !== 'returned') return `${invocation.error.name}: ${invocation.error.message}`
  const failed = decision?.trace.find(({ error }) => error !== undefined)
  return failed && `the rule ${failed.rule} failed: ${failed.error}: ${failed.message}`
}

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }
/** V8's coverage report. The first range of each function spans the whole function, so the other ranges are not needed. */
type Coverage = {
  readonly result: readonly { readonly url: string; readonly functions: readonly { readonly ranges: readonly [Range] }[] }[]
}

async function readCoverage(reports: string, bundle: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const called = new Map<string, Set<string>>()
  for (const report of await readdir(reports)) {
    const { result }: Coverage = JSON.parse(await readFile(join(reports, report), 'utf8'))
    for (const { url, functions } of result.filter((each) => each.url.startsWith('file:'))) {
      const file = fileURLToPath(url)
      // Skips files outside the bundle's folder and packages in node_modules, because they do not belong to the bundle.
      if (
        relative(bundle, file)
          .split(sep)
          .some((part) => part === '..' || part === 'node_modules')
      )
        continue
      const spans = functions.flatMap(({ ranges: [whole] }) => (whole.count > 0 ? `${whole.startOffset}-${whole.endOffset}` : []))
      called.set(file, new Set([...(called.get(file) ?? []), ...spans]))
    }
  }
  return called
}
