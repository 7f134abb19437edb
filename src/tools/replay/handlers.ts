import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { TRIGGER_NAMES, type TriggerName } from '../../shared/cognito/triggers.ts'
import { bundleHandler, hasBuildScript, runBuildScript, type TemporaryBundle } from '../lib/build.ts'
import { UsageError } from '../lib/errors.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { isStale, readSources } from './freshness.ts'
import { readServerlessHandlers } from './serverless-handlers.ts'

/** A handler that is ready to be loaded. */
export interface Handler {
  /** As an absolute path. */
  readonly file: string
  readonly exported: string
  /** The path for people. */
  readonly shown: string
  /** What it was made of, as absolute paths, as far as is known. */
  readonly sources: readonly string[]
}

/** Where the handlers of the triggers are. */
export interface Handlers {
  /**
   * The handler of a trigger, built if need be; undefined where nothing names one.
   *
   * @throws UsageError when it cannot be had.
   */
  readonly find: (trigger: TriggerName) => Promise<Handler | undefined>
  /** Why a trigger has none, for people. */
  readonly absence: string
  /** Removes what was built for this run alone. */
  readonly remove: () => Promise<void>
}

/** How handlers are looked for. */
export interface HandlersOptions {
  /** The working folder: of the Serverless configuration and of relative paths. */
  readonly folder: string
  /** What `--handler` said, as `TRIGGER=FILE`; goes before the configuration. */
  readonly named: readonly string[]
  /** Gets what a person should know, such as that something is being built. */
  readonly onNote: (note: string) => void
  /** Ends a build that is under way. */
  readonly signal: AbortSignal
}

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/**
 * Finds out which handlers there are.
 *
 * @throws UsageError when there is none at all, or one is named wrongly.
 */
export async function openHandlers({ folder, named, onNote, signal }: HandlersOptions): Promise<Handlers> {
  const configured = await readServerlessHandlers(folder)
  const references = new Map([...(configured?.handlers ?? []), ...named.map(parseHandlerOption)])
  if (references.size === 0) {
    const where =
      configured === undefined
        ? 'There is no serverless.yml in this folder'
        : `${configured.file} names no function with a cognitoUserPool event`
    throw new UsageError(`${where}, so no handler is known. Name one with --handler preSignUp=FILE`)
  }

  const bundles: TemporaryBundle[] = []
  let built: Promise<void> | undefined
  const build = (): Promise<void> => {
    if (built === undefined) onNote('building the handlers: npm run build')
    built ??= runBuildScript(folder, signal)
    return built
  }

  const open = async (reference: string): Promise<Handler> => {
    const { file, exported } = await locate(folder, reference, build)
    const shown = relative(folder, file)
    if (!/\.[cm]?ts$/.test(file)) return { file, exported, shown, sources: [file, ...(await readSources(file, folder))] }
    const bundle = await bundleHandler(file)
    bundles.push(bundle)
    return { file: bundle.file, exported, shown, sources: [file, ...(await readSources(bundle.file, folder))] }
  }

  return {
    async find(trigger) {
      const reference = references.get(trigger)
      return reference === undefined ? undefined : open(reference)
    },
    absence: configured === undefined ? 'no handler given' : `no handler in ${configured.file}`,
    remove: async () => {
      await Promise.all(bundles.map((bundle) => bundle.remove()))
    },
  }
}

function parseHandlerOption(option: string): readonly [TriggerName, string] {
  const [word = '', file = ''] = option.split(/=(.*)/s)
  const trigger = parseTriggerName(word)
  if (trigger === undefined) {
    throw new UsageError(
      `--handler ${option}: '${word}' is no trigger of a user pool; expected TRIGGER=FILE with one of ${TRIGGER_NAMES.join(', ')}`,
    )
  }
  if (file === '') throw new UsageError(`--handler ${option}: names no file; expected ${word}=FILE`)
  return [trigger, file]
}

/** A file, and the name under which it exports the handler. */
export interface Located {
  readonly file: string
  readonly exported: string
}

/** A reference is a file that exports `handler`, or Serverless's `path/to/file.export` without the file's extension. */
async function locate(folder: string, reference: string, build: () => Promise<void>): Promise<Located> {
  const found = await look(folder, reference)
  if (found !== undefined && !(await isStale(found.file, folder))) return found
  if (await hasBuildScript(folder)) {
    await build()
    const after = await look(folder, reference)
    if (after !== undefined) return after
    throw new UsageError(`The handler ${reference} is not there after npm run build`)
  }
  // Without a way to build it anew, what is there is what there is.
  if (found !== undefined) return found
  throw new UsageError(`The handler ${reference} is not there, and package.json has no script 'build' that could make it`)
}

/**
 * Resolves a reference to a file that is there.
 *
 * @returns undefined where none is.
 */
export async function look(folder: string, reference: string): Promise<Located | undefined> {
  const whole = resolve(folder, reference)
  if (await isFile(whole)) return { file: whole, exported: 'handler' }
  const dot = reference.lastIndexOf('.')
  for (const extension of EXTENSIONS) {
    const file = resolve(folder, `${reference.slice(0, dot)}${extension}`)
    if (dot > 0 && (await isFile(file))) return { file, exported: reference.slice(dot + 1) }
  }
  return undefined
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ?? false
}
