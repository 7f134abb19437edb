import type { TriggerName } from '../../../shared/cognito/triggers.ts'
import type { RuleDescription } from '../../lib/description.ts'
import type { Environment } from '../../lib/environment.ts'
import { UsageError } from '../../lib/errors.ts'
import { importPeer } from '../../lib/import-peer.ts'
import type { Handler } from '../../replay/handlers.ts'
import { openReplaySession, type ReplaySession } from '../../replay/session.ts'
import { listSources } from '../../replay/watch.ts'
import { type AssumptionName, createAssume } from '../assumptions.ts'
import { createInbox, type InboxMessage } from '../inbox.ts'
import { createJournal } from '../journal.ts'
import type { World } from '../operation.ts'
import { applySeed, readPoolSeed, toTableSeed } from '../seed-file.ts'
import type { Certificate } from '../server.ts'
import { type LocalPools, startPools } from '../start-pool.ts'
import { openStateFile } from '../state-file.ts'
import { createStore } from '../store.ts'
import type { CallTrigger } from '../triggers.ts'
import { createEnvironments, type Environments } from './environments.ts'
import { applyProjectPools, listPoolFunctions, readProjectPools } from './project-pools.ts'

/** Options of {@link startDev}. */
export interface DevOptions {
  readonly folder: string
  readonly environment: Environment
  readonly configuration?: string | undefined
  readonly handlers: readonly string[]
  readonly variables: readonly string[]
  /** Functions of `custom.optional` to turn on. */
  readonly optional: readonly string[]
  readonly turned: readonly AssumptionName[]
  readonly port: number
  readonly state?: string | undefined
  readonly seed?: string | undefined
  /** The certificate of managed login with HTTPS. */
  readonly tls?: (Certificate & { readonly port?: number }) | undefined
  readonly onNote: (note: string) => void
  readonly signal: AbortSignal
}

/** The running pools and services of a project. */
export interface Dev {
  readonly pools: LocalPools
  /** The ids of the project's pools. */
  readonly poolIds: readonly string[]
  readonly session: ReplaySession
  /** Returns the source files of the functions, once these are built. */
  readonly sources: () => Promise<readonly string[]>
  /** Reads the project again. Later requests run the changed code and settings. Returns false if a function does not build. */
  readonly reload: () => Promise<boolean>
  /** Lets requests wait until the returned function is called. */
  readonly hold: () => () => void
  readonly stop: () => Promise<void>
}

// Two processes of a function are enough for a person, and for a test that signs several users in at once.
const MOST_ENVIRONMENTS = 2

/**
 * Starts the local user pool of a project, with an embedded DynamoDB, SES, SNS and KMS that its functions call.
 *
 * @throws UsageError if the project, a file or an option is invalid. Stops everything before it throws.
 */
export async function startDev(options: DevOptions): Promise<Dev> {
  const { onNote, port, state, seed: seedFile } = options
  const store = createStore()
  const seed = seedFile === undefined ? undefined : await readPoolSeed(seedFile)
  const file = state === undefined ? undefined : await openStateFile(state, store, onNote)
  let environments: Environments | undefined
  let session: ReplaySession | undefined
  const messages = createMessageReader(() => session)
  // The functions start after the pool, because they get its endpoint.
  const call: CallTrigger = (each) => {
    if (environments === undefined) throw new UsageError('The functions have not started')
    return environments.call(each)
  }
  const pools = await startPools({
    call,
    encrypt: encryptLazily,
    store,
    inbox: createInbox(messages),
    journal: createJournal(),
    assume: createAssume(options.turned),
    port,
    ...(file && { key: file.key }),
    ...(options.tls && { tls: options.tls }),
  })
  const stop = async (): Promise<void> => {
    await pools.stop()
    await environments?.stop()
    await session?.stop()
    await file?.close()
  }
  try {
    // The first notes about the project wait: a build may resolve what they are about.
    const early: string[] = []
    let note = (text: string): void => void early.push(text)
    const opened = await openReplaySession({
      ...options,
      services: 'embedded',
      paths: [],
      cognito: pools.endpoint,
      onNote: (text) => (text.startsWith('building') ? onNote(text) : note(text)),
    })
    session = opened
    environments = createEnvironments(opened, MOST_ENVIRONMENTS, onNote)
    const apply = (needed: Partial<Record<TriggerName, string>>): readonly string[] => {
      const projectPools = readProjectPools(opened.project(), { optional: options.optional, needed, onNote: note })
      return applyProjectPools(store, projectPools, options.folder, pools.world.now(), note)
    }
    let handlers: readonly Handler[] = []
    // The build may take seconds, so it goes on while the pool is ready. Requests wait for it, because it decides the event version.
    const prepare = async (): Promise<boolean> => {
      const found = await findHandlers(opened, options, onNote)
      handlers = found.handlers
      const isUnresolved = (opened.project().project?.unresolved.length ?? 0) > 0
      const texts = isUnresolved ? [] : early.splice(0)
      note = onNote
      for (const text of texts) onNote(text)
      // Parts of a configuration may come from built files.
      if (isUnresolved) await opened.reload()
      const needed = await readNeeds(opened)
      if (isUnresolved || Object.keys(needed).length > 0) apply(needed)
      return found.isComplete
    }
    const poolIds = apply({})
    let prepared = prepare()
    pools.world.ready = prepared.then(() => undefined)
    const [first] = poolIds
    const pool = store.pools.get(first ?? '')
    if (seed !== undefined && seedFile !== undefined && pool !== undefined) {
      if (seed.blocks.length + seed.invites.length > 0) await opened.seed([toTableSeed(seedFile, seed, pool.id)])
      await applySeed(pools.world, pool, seedFile, seed)
    }
    return {
      pools,
      poolIds,
      session: opened,
      sources: async () => {
        await prepared
        return listSources(handlers)
      },
      async reload() {
        await environments?.replace()
        apply({})
        prepared = prepare()
        return prepared
      },
      hold() {
        const { promise, resolve } = Promise.withResolvers<void>()
        pools.world.ready = promise
        return resolve
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Returns the messages that functions sent through the embedded SES and SNS. */
function createMessageReader(session: () => ReplaySession | undefined): () => readonly InboxMessage[] {
  return () => {
    const { mails = [], texts = [] } = session()?.messages() ?? {}
    return [
      ...mails.map(({ at, to, subject, text, html }): InboxMessage => {
        return { at, channel: 'email', to: to.join(', '), subject, text: text ?? null, html: html ?? null }
      }),
      ...texts.map(({ at, to, text }): InboxMessage => ({ at, channel: 'sms', to, subject: null, text, html: null })),
    ]
  }
}

/** Builds the functions of the project's pools. A function that cannot be built is reported, and its events fail. */
async function findHandlers(
  session: ReplaySession,
  { optional, signal }: Pick<DevOptions, 'optional' | 'signal'>,
  onNote: (note: string) => void,
): Promise<{ readonly handlers: readonly Handler[]; readonly isComplete: boolean }> {
  const found: Handler[] = []
  const problems = new Set<string>()
  for (const { trigger, name } of listPoolFunctions(session.project(), optional)) {
    try {
      found.push(...[await session.find(trigger, name)].filter((each) => each !== undefined))
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      // One build makes all functions, so it fails for each of them.
      if (!problems.has(error.message) && !signal.aborted) onNote(`${name}: ${error.message}`)
      problems.add(error.message)
    }
  }
  return { handlers: found, isComplete: problems.size === 0 }
}

/** Returns the version of the events that the rules of a versioned trigger need. */
async function readNeeds(session: ReplaySession): Promise<Partial<Record<TriggerName, string>>> {
  const lambda = await session.create('PreTokenGeneration').catch(() => undefined)
  const rule = await lambda?.rule()
  await lambda?.stop()
  const version = rule === undefined ? undefined : findVersion(rule)
  return version === undefined ? {} : { PreTokenGeneration: version }
}

function findVersion({ lambdaVersion, children }: RuleDescription): string | undefined {
  const all = [lambdaVersion, ...children.map(findVersion)].filter((each) => each !== undefined)
  return all.toSorted().at(-1)
}

const encryptLazily: World['encrypt'] = async (code, userPoolId) => {
  const { encryptCode } = await importPeer(
    '@aws-crypto/client-node',
    'to encrypt a code for a custom sender',
    () => import('../../local/kms/encrypt-code.ts'),
  )
  return encryptCode(code, userPoolId)
}
