import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { buildHandlerEnvironment, defaultSettings, type Environment, mergeHandlerSettings, type Services } from '../lib/environment.ts'
import type { TableDefinition } from '../local/tables.ts'
import type { Embedded, SideEffects } from './embedded.ts'
import { type Handler, type Handlers, openHandlers } from './handlers.ts'
import { createLambdaFunction, type LambdaFunction } from './lambda.ts'
import { listProjectTables } from './project-tables.ts'
import type { Seed } from './seed.ts'
import { readEventSettings, readSettingsFile, SETTINGS_FILE } from './settings-file.ts'

/** The services and handler processes of one replay. */
export interface ReplaySession {
  /** Returns the local Lambda function of a trigger. Returns undefined if the trigger has no handler. */
  readonly lambda: (trigger: TriggerName) => Promise<LambdaFunction | undefined>
  /**
   * Creates one more execution environment of a trigger's function, so that events can run at the same time. Builds the function first if
   * it is outdated. The caller stops it.
   *
   * @param name The function, if the trigger has several. By default the first one.
   */
  readonly create: (trigger: TriggerName, name?: string) => Promise<LambdaFunction | undefined>
  /** Returns the handler of a trigger, and builds it if it is outdated. */
  readonly find: Handlers['find']
  /** Reads the project again. Functions that are created afterwards run the changed code with the changed settings. */
  readonly reload: () => Promise<void>
  /** Returns the variables with which functions reach the embedded services. */
  readonly environment: () => Readonly<Record<string, string>>
  /** Writes blocks to the embedded DynamoDB, and starts it. Does nothing with other services. */
  readonly seed: (seeds: readonly Seed[]) => Promise<void>
  /** Returns the messages that functions sent through the embedded services. Undefined with other services. */
  readonly messages: () => Pick<SideEffects, 'mails' | 'texts'> | undefined
  /** The project of the working folder, and its functions. */
  readonly project: () => Pick<Handlers, 'project' | 'functions' | 'triggers'>
  /** Returns the handlers that have been used so far. */
  readonly handlers: () => readonly Handler[]
  readonly absence: Handlers['absence']
  /** Returns the rows and emails that handlers left in the embedded services. Returns undefined with other services. */
  readonly sideEffects: () => Promise<SideEffects | undefined>
  /** The names of the tables of the embedded DynamoDB. Undefined with other services. */
  readonly tableNames: readonly string[] | undefined
  /** Returns the error with which an embedded service failed to start, such as a MissingPeerError. Undefined without such an error. */
  readonly problem: () => unknown
  /** Stops all processes and services, and removes temporary bundles. */
  readonly stop: () => Promise<void>
}

/** Options of {@link openServices}. */
export interface ServicesOptions {
  readonly folder: string
  /** The environment of the user. Its settings override the settings file of the folder. */
  readonly environment: Environment
  /** The values of `--env`. */
  readonly variables: readonly string[]
  readonly services: Services
  /** The replayed paths. Seed files beside them are read. */
  readonly paths: readonly string[]
  /** The tables of the user's template, which the embedded DynamoDB creates. */
  readonly tables?: readonly TableDefinition[]
  /** The variables that the project sets for its functions. They may name the tables of Lifeguard. */
  readonly declared?: Readonly<Record<string, string>>
  /** The endpoint of a local user pool, which handlers call instead of the one that replay starts. */
  readonly cognito?: string
}

/** Options of {@link openReplaySession}. */
export interface ReplaySessionOptions extends ServicesOptions {
  /** The values of `--handler`. */
  readonly handlers: readonly string[]
  /** The value of `--config`: the configuration or template of the project. */
  readonly configuration?: string | undefined
  /** Receives the handlers' output and notes for the user. */
  readonly onNote: (note: string) => void
  /** Aborts a running build. */
  readonly signal: AbortSignal
}

interface OpenServices {
  /** Returns the environment of a handler, for which the project's configuration sets the given variables. */
  readonly environmentFor: (declared: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  /** Reads the settings file again, and creates tables that the changed project or settings name. */
  readonly reread: (needs: Required<Pick<ServicesOptions, 'declared' | 'tables'>>) => Promise<void>
  /** The embedded services. Undefined unless `--services` is `embedded`. */
  readonly embedded: Embedded | undefined
}

/**
 * Opens a session: finds the handlers and starts the services.
 *
 * @throws UsageError if a handler or setting is missing or invalid, MissingPeerError if a package is missing. Stops all services before
 * it throws.
 */
export async function openReplaySession(options: ReplaySessionOptions): Promise<ReplaySession> {
  const { folder, onNote, signal } = options
  const { configuration, environment } = options
  const openAgain = (): Promise<Handlers> => openHandlers({ folder, configuration, named: options.handlers, environment, onNote, signal })
  let handlers = await openAgain()
  // Processes that still run may load a chunk of an older bundle, so older bundles stay until the end.
  const opened = [handlers]
  const readNeeds = ({ project, functions }: Handlers): Required<Pick<ServicesOptions, 'declared' | 'tables'>> => ({
    declared: Object.assign({}, ...functions.map((each) => each.environment)),
    tables: options.tables ?? (project === undefined ? [] : listProjectTables(project, onNote)),
  })
  const { environmentFor, embedded, reread } = await openServices({ ...options, ...readNeeds(handlers) })
  const used = new Map<TriggerName, Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined>>()
  const ready: { readonly handler: Handler; readonly lambda: LambdaFunction }[] = []

  const launch = async (
    trigger: TriggerName,
    name?: string,
  ): Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined> => {
    const handler = await handlers.find(trigger, name)
    if (handler === undefined) return undefined
    await embedded?.startFor(handler.file)
    const lambda = createLambdaFunction({
      folder,
      file: handler.file,
      exported: handler.exported,
      environment: environmentFor(handler.environment),
      runtime: handler.runtime,
      packageRoot: handler.packageRoot,
      onOutput: (line) => onNote(`${trigger}: ${line}`),
      onNote: (note) => onNote(`${handler.shown} ${note}`),
    })
    return { handler, lambda }
  }
  const open = async (trigger: TriggerName): ReturnType<typeof launch> => {
    const launched = await launch(trigger)
    if (launched !== undefined) ready.push(launched)
    return launched
  }

  return {
    async lambda(trigger) {
      const running = used.get(trigger) ?? open(trigger)
      used.set(trigger, running)
      return (await running)?.lambda
    },
    create: async (trigger, name) => (await launch(trigger, name))?.lambda,
    find: (trigger, name) => handlers.find(trigger, name),
    async reload() {
      handlers = await openAgain()
      opened.push(handlers)
      await reread(readNeeds(handlers))
    },
    environment: () => embedded?.environment ?? {},
    seed: async (seeds) => embedded?.seed(seeds),
    messages: () => embedded?.messages(),
    project: () => handlers,
    handlers: () => ready.map(({ handler }) => handler),
    absence: handlers.absence,
    sideEffects: async () => embedded?.sideEffects(),
    tableNames: embedded?.tableNames,
    problem: () => embedded?.problem(),
    async stop() {
      await Promise.all(ready.map(({ lambda }) => lambda.stop()))
      await Promise.all([embedded?.stop(), ...opened.map((each) => each.remove())])
    },
  }
}

/**
 * Starts the services and returns the environment for handlers.
 *
 * @throws UsageError if a setting or a seed file is invalid.
 */
export async function openServices(options: ServicesOptions): Promise<OpenServices> {
  const { folder, environment, variables, services, paths, tables, declared = {}, cognito } = options
  const [first, beside] = await Promise.all([readSettingsFile(folder), readEventSettings(paths)])
  let file = first
  let defaults = listDefaults(folder)
  const readAgain = async (): Promise<void> => {
    file = await readSettingsFile(folder)
    defaults = listDefaults(folder)
  }
  const merge = (own: Readonly<Record<string, string>>): Record<string, string> =>
    mergeHandlerSettings({ defaults, declared: { ...own, ...beside }, file, caller: environment, named: variables }, services)
  if (services !== 'embedded') {
    return { environmentFor: (own) => buildHandlerEnvironment(merge(own), services), embedded: undefined, reread: readAgain }
  }
  // Imported here, so that `--services aws` and `--services none` do not wait for the services to load.
  const { startEmbedded } = await import('./embedded.ts')
  const embedded = await startEmbedded(merge(declared), paths, { tables, cognito })
  const environmentFor = (own: Readonly<Record<string, string>>): Record<string, string> => {
    const settings = merge(own)
    const environment = buildHandlerEnvironment(settings, services, embedded.environment)
    // With a user pool, a function behaves as deployed: an empty name of a table turns off the rule that reads it.
    const off = cognito === undefined ? [] : Object.keys(own).filter((name) => name.endsWith('_TABLE') && settings[name] === '')
    return { ...environment, ...Object.fromEntries(off.map((name) => [name, ''])) }
  }
  const reread: OpenServices['reread'] = async (needs) => {
    await readAgain()
    await embedded.addTables(merge(needs.declared), needs.tables)
  }
  return { environmentFor, embedded, reread }
}

/** Returns the default settings. Returns an empty object if the folder has a settings file, so that a handler reports a setting that the file lacks. */
function listDefaults(folder: string): Readonly<Record<string, string>> {
  return existsSync(join(folder, SETTINGS_FILE)) ? {} : defaultSettings()
}
