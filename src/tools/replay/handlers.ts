import { relative, resolve } from 'node:path'
import { TRIGGER_NAMES, type TriggerName } from '../../shared/cognito/triggers.ts'
import { bundleHandler, hasBuildScript, runBuildScript, type TemporaryBundle } from '../lib/build.ts'
import type { Environment } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { type Found, findHandlerFile, isFile } from '../project/find-code.ts'
import { listOptionalFunctions, listTriggerFunctions, openProject, type Project, type TriggerFunction } from '../project/project.ts'
import { findNewerSource, readSources } from './freshness.ts'

/** A built handler. */
export interface Handler {
  /** The absolute path of the built file. */
  readonly file: string
  readonly exported: string
  /** The path to print, relative to the working folder. */
  readonly shown: string
  /** The absolute paths of the built file and of the known sources of the handler. Watch mode watches these files. */
  readonly sources: readonly string[]
  /** The runtime of the function, such as `nodejs24.x`. Undefined if it is unknown. */
  readonly runtime: string | undefined
  /** The folder that Lambda gets, as an absolute path. Undefined if it is unknown. */
  readonly packageRoot: string | undefined
  /** The variables that the configuration sets for the function, as far as their values are known. */
  readonly environment: Readonly<Record<string, string>>
}

/** Finds the handlers of triggers. */
export interface Handlers {
  /**
   * Returns the handler of a trigger, and builds it if necessary. Returns undefined if the trigger has no handler.
   *
   * @param name The function, if the trigger has several. By default the first one, or the one of `--handler`.
   * @throws UsageError if the handler's file is missing or cannot be built.
   */
  readonly find: (trigger: TriggerName, name?: string) => Promise<Handler | undefined>
  /** The message for a trigger without a handler. */
  readonly absence: string
  /** The project of the working folder. Undefined if it has no configuration. */
  readonly project: Project | undefined
  /** The functions of the project that user pools call. */
  readonly functions: readonly TriggerFunction[]
  /** The triggers that have a handler, by the configuration or by `--handler`. */
  readonly triggers: readonly TriggerName[]
  /** Removes the temporary bundles. */
  readonly remove: () => Promise<void>
}

/** Options of {@link openHandlers}. */
export interface HandlersOptions {
  /** The working folder. It contains the configuration, and relative paths start here. */
  readonly folder: string
  /** The configuration or template. By default the one in the working folder. */
  readonly configuration?: string | undefined
  /** The environment of the user, which variables of the configuration may read. */
  readonly environment: Environment
  /** The values of `--handler`, as `TRIGGER=FILE` or `TRIGGER=FUNCTION`. They override the handlers of the configuration. */
  readonly named: readonly string[]
  /** Receives notes for the user, such as that a build starts. */
  readonly onNote: (note: string) => void
  /** Aborts a running build. */
  readonly signal: AbortSignal
}

/** A handler's reference, with the folder that it is relative to. */
interface Reference extends Pick<Handler, 'runtime' | 'environment' | 'packageRoot'> {
  readonly folder: string
  readonly reference: string
}

/**
 * Reads which handlers the project's configuration and `--handler` name.
 *
 * @throws UsageError if they name no handler, or if the configuration or an option is invalid.
 */
export async function openHandlers(options: HandlersOptions): Promise<Handlers> {
  const { folder, onNote, signal } = options
  const named = options.named.map(parseHandlerOption)
  const project = await openProject(options.configuration, { working: folder, ...options })
  const deployed = project === undefined ? [] : listTriggerFunctions(project)
  const optional = project === undefined ? [] : listOptionalFunctions(project)
  const functions = [...deployed, ...optional.filter(({ trigger }) => !deployed.some((each) => each.trigger === trigger))]
  const references = new Map<TriggerName, Reference | string>()
  for (const [trigger, all] of Map.groupBy(functions, (each) => each.trigger)) {
    const [first, ...others] = all
    if (first === undefined || project === undefined) continue
    const chosen = named.some(([name]) => name === trigger)
    if (others.length > 0 && !chosen) onNote(describeOthers(first, others))
    references.set(trigger, toReference(first, project))
  }
  for (const [trigger, word] of named) references.set(trigger, chooseReference(word, functions, project, folder))
  const unresolved = project?.unresolved ?? []
  for (const part of unresolved) onNote(`${project?.file}: not resolved, so its functions are not replayed: ${part}`)
  if (references.size === 0) {
    const problem =
      project === undefined
        ? 'No configuration in this folder, such as serverless.yml or template.yaml, so no handler is known'
        : `${project.file} has no function that a user pool calls`
    throw new UsageError(`${problem}. Name a handler with --handler preSignUp=FILE`)
  }

  const bundles: TemporaryBundle[] = []
  const builds = new Map<string, Promise<void>>()
  const build = (at: string): Promise<void> => {
    const running = builds.get(at) ?? runBuildScript(at, signal)
    if (!builds.has(at)) onNote('building the handlers: npm run build')
    builds.set(at, running)
    return running
  }

  const open = async ({ folder: at, reference, ...known }: Reference): Promise<Handler> => {
    const { file, exported } = await locate(at, reference, { build: () => build(at), onNote })
    const shown = relative(folder, file)
    if (!/\.[cm]?ts$/.test(file)) return { file, exported, shown, sources: [file, ...(await readSources(file, at))], ...known }
    const bundle = await bundleHandler(file)
    bundles.push(bundle)
    const sources = [file, ...(await readSources(bundle.file, folder))]
    return { file: bundle.file, exported, shown, sources, ...known, packageRoot: undefined }
  }

  return {
    async find(trigger, name) {
      const isNamed = named.some(([each]) => each === trigger)
      const own = name === undefined || isNamed ? undefined : functions.find((each) => each.trigger === trigger && each.name === name)
      const reference = own !== undefined && project !== undefined ? toReference(own, project) : references.get(trigger)
      if (typeof reference === 'string') throw new UsageError(reference)
      return reference && open(reference)
    },
    absence: project === undefined ? 'no --handler for this trigger' : `no handler in ${project.file}`,
    project,
    functions,
    triggers: [...references.keys()],
    remove: async () => {
      await Promise.all(bundles.map((bundle) => bundle.remove()))
    },
  }
}

function describeOthers({ trigger, name, pool }: TriggerFunction, others: readonly TriggerFunction[]): string {
  const describe = (each: { readonly name: string; readonly pool: string | undefined }): string =>
    `${each.name}${each.pool === undefined ? '' : ` (user pool ${each.pool})`}`
  return `${trigger}: runs ${describe({ name, pool })}, and not ${others.map(describe).join(', ')}. Choose with --handler ${trigger}=NAME`
}

/** Returns the reference of a function, or the message for a function whose handler is unknown. */
function toReference(lambda: TriggerFunction, { file, folder }: Project): Reference | string {
  const { trigger, name, handler, runtime, environment, codeFolder } = lambda
  const packageRoot = codeFolder === undefined ? undefined : resolve(folder, codeFolder)
  if (handler !== undefined) return { folder, reference: handler, runtime, environment, packageRoot }
  return `${file}: the handler of ${name} is known only at deployment. Name it with --handler ${trigger}=FILE`
}

/** Returns the handler that `--handler` names: a function of the project, or a file. */
function chooseReference(
  word: string,
  functions: readonly TriggerFunction[],
  project: Project | undefined,
  folder: string,
): Reference | string {
  const known = functions.find(({ name }) => name === word)
  return known && project
    ? toReference(known, project)
    : { folder, reference: word, runtime: undefined, environment: {}, packageRoot: undefined }
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

/**
 * Finds the file of a handler, and builds the project if the file is missing or older than a source.
 *
 * @param reference A file that exports `handler`, or `path/to/file.export` without the file's extension, as in Serverless.
 */
async function locate(
  folder: string,
  reference: string,
  { build, onNote }: { readonly build: () => Promise<void>; readonly onNote: (note: string) => void },
): Promise<Found> {
  const found = await look(folder, reference)
  const newer = found && (await findNewerSource(found.file, folder))
  if (found !== undefined && newer === undefined) return found
  if (await hasBuildScript(folder)) {
    await build()
    const after = await look(folder, reference)
    if (after !== undefined) return after
    throw new UsageError(`The handler ${reference} is still missing after npm run build`)
  }
  if (found === undefined) throw new UsageError(`The handler ${reference} is missing, and package.json has no 'build' script to build it`)
  onNote(
    `${relative(folder, found.file)} is older than ${relative(folder, newer ?? '')}, and package.json has no 'build' script. Replay runs the old file`,
  )
  return found
}

/**
 * Resolves a handler reference to an existing file.
 *
 * @returns undefined if no such file exists.
 */
export async function look(folder: string, reference: string): Promise<Found | undefined> {
  const whole = resolve(folder, reference)
  return (await isFile(whole)) ? { file: whole, exported: 'handler' } : findHandlerFile(folder, reference)
}
