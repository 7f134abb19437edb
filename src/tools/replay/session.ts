import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { buildHandlerEnvironment, defaultSettings, type Environment, mergeHandlerSettings, type Services } from '../lib/environment.ts'
import type { Embedded, SideEffects } from './embedded.ts'
import { type Handler, type Handlers, openHandlers } from './handlers.ts'
import { createLambdaFunction, type LambdaFunction } from './lambda.ts'
import { readSettingsFile, SETTINGS_FILE } from './settings-file.ts'

/** Where events are replayed: services, and the handlers in their processes. */
export interface ReplaySession {
  /** The handler of a trigger in its process; undefined where there is none. */
  readonly lambda: (trigger: TriggerName) => Promise<LambdaFunction | undefined>
  /** The handlers that were used so far. */
  readonly handlers: () => readonly Handler[]
  readonly absence: Handlers['absence']
  /** What the handlers left in the embedded services; undefined with others. */
  readonly sideEffects: () => Promise<SideEffects | undefined>
  /** Ends all of it. */
  readonly stop: () => Promise<void>
}

/** Which services handlers use, and their settings. */
export interface ServicesOptions {
  readonly folder: string
  /** The caller's environment; its settings go before those of the folder's settings file. */
  readonly environment: Environment
  /** What `--env` said. */
  readonly variables: readonly string[]
  readonly services: Services
  /** What will be replayed, for the seed files beside it. */
  readonly paths: readonly string[]
}

/** How a session is set up. */
export interface ReplaySessionOptions extends ServicesOptions {
  /** What `--handler` said. */
  readonly handlers: readonly string[]
  /** Gets what handlers print, and notes for people. */
  readonly onNote: (note: string) => void
  /** Ends a build that is under way. */
  readonly signal: AbortSignal
}

interface OpenServices {
  readonly environment: Readonly<Record<string, string>>
  /** Undefined with other services. */
  readonly embedded: Embedded | undefined
}

/**
 * Starts what events need.
 *
 * @throws UsageError or MissingPeerError when something cannot be had; nothing is left running then.
 */
export async function openReplaySession(options: ReplaySessionOptions): Promise<ReplaySession> {
  const { folder, onNote, signal } = options
  const handlers = await openHandlers({ folder, named: options.handlers, onNote, signal })
  const { environment, embedded } = await openServices(options)
  const used = new Map<TriggerName, Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined>>()
  const ready: { readonly handler: Handler; readonly lambda: LambdaFunction }[] = []

  const open = async (trigger: TriggerName): Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined> => {
    const handler = await handlers.find(trigger)
    if (handler === undefined) return undefined
    const lambda = createLambdaFunction({
      folder,
      file: handler.file,
      exported: handler.exported,
      environment,
      onOutput: (line) => onNote(`${trigger}: ${line}`),
      onNote: (note) => onNote(`${handler.shown} ${note}`),
    })
    ready.push({ handler, lambda })
    return { handler, lambda }
  }

  return {
    async lambda(trigger) {
      const opened = used.get(trigger) ?? open(trigger)
      used.set(trigger, opened)
      return (await opened)?.lambda
    },
    handlers: () => ready.map(({ handler }) => handler),
    absence: handlers.absence,
    sideEffects: async () => embedded?.sideEffects(),
    async stop() {
      await Promise.all(ready.map(({ lambda }) => lambda.stop()))
      await Promise.all([embedded?.stop(), handlers.remove()])
    },
  }
}

/**
 * Starts the services of handlers, and returns the environment that handlers get.
 *
 * @throws UsageError or MissingPeerError when something cannot be had; nothing is left running then.
 */
export async function openServices({ folder, environment, variables, services, paths }: ServicesOptions): Promise<OpenServices> {
  const file = await readSettingsFile(folder)
  const defaults = existsSync(join(folder, SETTINGS_FILE)) ? {} : defaultSettings()
  const settings = mergeHandlerSettings({ defaults, file, caller: environment, named: variables }, services)
  if (services !== 'embedded') return { environment: buildHandlerEnvironment(settings, services), embedded: undefined }
  // The AWS SDK and the services are loaded only where they are used.
  const { startEmbedded } = await import('./embedded.ts')
  const embedded = await startEmbedded(settings, paths)
  return { environment: buildHandlerEnvironment(settings, services, embedded.environment), embedded }
}
