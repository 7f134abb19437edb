import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { TRIGGER_NAMES, type TriggerName } from '../../shared/cognito/triggers.ts'
import { bundleHandler, hasBuildScript, runBuildScript, type TemporaryBundle } from '../lib/build.ts'
import { UsageError } from '../lib/errors.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { isStale, readSources } from './freshness.ts'
import { readServerlessHandlers } from './serverless-handlers.ts'

/** A built handler. */
export interface Handler {
  /** The absolute path of the built file. */
  readonly file: string
  readonly exported: string
  /** The path to print, relative to the working folder. */
  readonly shown: string
  /** The absolute paths of the built file and of the known sources of the handler. Watch mode watches these files. */
  readonly sources: readonly string[]
}

/** Finds the handlers of triggers. */
export interface Handlers {
  /**
   * Returns the handler of a trigger, and builds it if necessary. Returns undefined if the trigger has no handler.
   *
   * @throws UsageError if the handler's file is missing or cannot be built.
   */
  readonly find: (trigger: TriggerName) => Promise<Handler | undefined>
  /** The message for a trigger without a handler. */
  readonly absence: string
  /** Removes the temporary bundles. */
  readonly remove: () => Promise<void>
}

/** Options of {@link openHandlers}. */
export interface HandlersOptions {
  /** The working folder. It contains the Serverless configuration, and relative paths start here. */
  readonly folder: string
  /** The values of `--handler`, as `TRIGGER=FILE`. They override the handlers in serverless.yml. */
  readonly named: readonly string[]
  /** Receives notes for the user, such as that a build starts. */
  readonly onNote: (note: string) => void
  /** Aborts a running build. */
  readonly signal: AbortSignal
}

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/**
 * Reads which handlers the Serverless configuration and `--handler` name.
 *
 * @throws UsageError if they name no handler, or if the configuration or an option is invalid.
 */
export async function openHandlers({ folder, named, onNote, signal }: HandlersOptions): Promise<Handlers> {
  const configured = await readServerlessHandlers(folder)
  const references = new Map([...(configured?.handlers ?? []), ...named.map(parseHandlerOption)])
  if (references.size === 0) {
    const problem =
      configured === undefined
        ? 'No serverless.yml in this folder, so replay cannot find a handler'
        : `${configured.file} has no function with a cognitoUserPool event`
    throw new UsageError(`${problem}. Name a handler with --handler preSignUp=FILE`)
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
    absence: configured === undefined ? 'no --handler for this trigger' : `no handler in ${configured.file}`,
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
      `--handler ${option}: '${word}' is not a user pool trigger; expected TRIGGER=FILE with one of ${TRIGGER_NAMES.join(', ')}`,
    )
  }
  if (file === '') throw new UsageError(`--handler ${option}: the file is missing; expected ${word}=FILE`)
  return [trigger, file]
}

/** A handler's file, and the name of its export. */
export interface Located {
  readonly file: string
  readonly exported: string
}

/**
 * Finds the file of a handler, and builds the project if the file is missing or stale.
 *
 * @param reference A file that exports `handler`, or `path/to/file.export` without the file's extension, as in Serverless.
 */
async function locate(folder: string, reference: string, build: () => Promise<void>): Promise<Located> {
  const found = await look(folder, reference)
  if (found !== undefined && !(await isStale(found.file, folder))) return found
  if (await hasBuildScript(folder)) {
    await build()
    const after = await look(folder, reference)
    if (after !== undefined) return after
    throw new UsageError(`The handler ${reference} is still missing after npm run build`)
  }
  // The file is stale, but the project has no build script, so replay uses this file.
  if (found !== undefined) return found
  throw new UsageError(`The handler ${reference} is missing, and package.json has no 'build' script to build it`)
}

/**
 * Resolves a handler reference to an existing file.
 *
 * @returns undefined if no such file exists.
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
