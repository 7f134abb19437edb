import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type LocalServices, startServices } from '../local/services.ts'
import { type Aftermath, aftermathOf } from './aftermath.ts'
import { DEFAULT_SETTINGS, type Environment, handlerEnvironment, type Services } from './environment.ts'
import { STDIN } from './event-files.ts'
import { type Handler, type Handlers, openHandlers } from './handlers.ts'
import { type LambdaFunction, lambdaFunction } from './lambda.ts'
import { embeddedDocuments, seedBlocks } from './seed.ts'
import type { TriggerName } from './trigger-of.ts'

/** Where events are replayed: services, and the handlers in their processes. */
export interface Stage {
  /** The handler of a trigger in its process; undefined where there is none. */
  readonly lambda: (trigger: TriggerName) => Promise<LambdaFunction | undefined>
  /** The handlers that were used so far. */
  readonly handlers: () => readonly Handler[]
  readonly absence: Handlers['absence']
  /** What the handlers left in the embedded services; undefined with others. */
  readonly aftermath: () => Promise<Aftermath | undefined>
  /** Ends all of it. */
  readonly stop: () => Promise<void>
}

/** How a stage is set. */
export interface StageOptions {
  readonly folder: string
  /** The caller's environment. */
  readonly environment: Environment
  readonly services: Services
  /** What `--handler` said. */
  readonly handlers: readonly string[]
  /** What will be replayed, for the seed files beside it. */
  readonly paths: readonly string[]
  /** Gets what handlers print, and notes for people. */
  readonly onNote: (note: string) => void
  /** Ends a build that is under way. */
  readonly signal: AbortSignal
}

/**
 * Starts what events need.
 *
 * @throws UsageError or MissingPeer when something cannot be had; nothing is left running then.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { folder, environment, onNote, signal } = options
  const handlers = await openHandlers({ folder, named: options.handlers, onNote, signal })
  const embedded = options.services === 'embedded' ? await startEmbedded(environment, options.paths) : undefined
  const forHandlers = handlerEnvironment(environment, options.services, embedded?.services.environment)
  const used = new Map<TriggerName, Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined>>()
  const ready: { readonly handler: Handler; readonly lambda: LambdaFunction }[] = []

  const open = async (trigger: TriggerName): Promise<{ readonly handler: Handler; readonly lambda: LambdaFunction } | undefined> => {
    const handler = await handlers.find(trigger)
    if (handler === undefined) return undefined
    const lambda = lambdaFunction({
      file: handler.file,
      exported: handler.exported,
      environment: forHandlers,
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
    aftermath: async () => embedded && aftermathOf(embedded.documents, embedded.profiles, embedded.services.ses.inbox()),
    async stop() {
      await Promise.all(ready.map(({ lambda }) => lambda.stop()))
      embedded?.documents.destroy()
      await Promise.all([embedded?.services.stop(), handlers.remove()])
    },
  }
}

interface Embedded {
  readonly services: LocalServices
  readonly documents: DynamoDBDocumentClient
  readonly profiles: string
}

async function startEmbedded(environment: Environment, paths: readonly string[]): Promise<Embedded> {
  const blocks = environment.BLOCK_TABLE || DEFAULT_SETTINGS.BLOCK_TABLE
  const profiles = environment.PROFILE_TABLE || DEFAULT_SETTINGS.PROFILE_TABLE
  const services = await startServices({ blocks, profiles })
  const documents = embeddedDocuments(services.dynamodb.endpoint)
  try {
    await seedBlocks(documents, blocks, await foldersOf(paths))
    return { services, documents, profiles }
  } catch (error) {
    documents.destroy()
    await services.stop()
    throw error
  }
}

async function foldersOf(paths: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = []
  for (const path of paths) {
    if (path === STDIN) continue
    folders.push((await stat(path)).isDirectory() ? path : dirname(path))
  }
  return folders
}
