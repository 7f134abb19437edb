import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { defaultSettings, type Environment } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { STDIN } from '../lib/event-files.ts'
import { defineTable } from '../local/define-table.ts'
import { startServices } from '../local/services.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'
import type { ReceivedText } from '../local/sns/server.ts'
import type { TableDefinition, TableNames } from '../local/tables.ts'
import { findChangedRows, type Row } from './changed-rows.ts'
import { listSeedTables, readSeeds, type Seed } from './seed.ts'

/** The rows and messages that handlers left in the embedded services. */
export interface SideEffects {
  /** The rows of each table that are new or changed, by the table's name. Empty if no handler used DynamoDB. */
  readonly tables: ReadonlyMap<string, readonly Row[]>
  /** The names of the tables that Lifeguard's handlers use. */
  readonly names: TableNames
  /** The emails, oldest first. */
  readonly mails: readonly ReceivedMail[]
  /** The text messages, oldest first. */
  readonly texts: readonly ReceivedText[]
}

/** The embedded DynamoDB and SES. Their tables contain the blocks, invitations and items of the seed files. */
export interface Embedded {
  /** The environment variables with which handlers use these services. */
  readonly environment: Readonly<Record<string, string>>
  /** The names of all tables, sorted. */
  readonly tableNames: readonly string[]
  /** Writes more blocks and invitations. */
  readonly seed: (seeds: readonly Seed[]) => Promise<void>
  /**
   * Creates the tables of a changed template or changed settings that do not exist yet.
   *
   * @throws UsageError if a table is invalid.
   */
  readonly addTables: (settings: Environment, tables: readonly TableDefinition[]) => Promise<void>
  /** Returns the emails and text messages that handlers have sent so far. */
  readonly messages: () => Pick<SideEffects, 'mails' | 'texts'>
  /** Returns the rows and emails that handlers have left so far. */
  readonly sideEffects: () => Promise<SideEffects>
  /**
   * Starts DynamoDB if the handler's file mentions it, because the first request of a handler has a timeout of less than a second. Does
   * not reject: if DynamoDB cannot start, its requests get the error.
   */
  readonly startFor: (handlerFile: string) => Promise<void>
  /** Returns the error with which DynamoDB failed to start, such as a MissingPeerError. Undefined if it started, or was not used. */
  readonly problem: () => unknown
  readonly stop: () => Promise<void>
}

/** Options of {@link startEmbedded}. */
export interface EmbeddedOptions {
  /** The tables of the user's template. */
  readonly tables?: readonly TableDefinition[] | undefined
  /** The endpoint of a local user pool. By default, a Cognito with a few users starts. */
  readonly cognito?: string | undefined
}

/**
 * Starts the embedded services. DynamoDB starts with `startFor` or at its first request. Then it creates the tables and writes the seeds.
 *
 * @param settings The settings of the handlers, which may name the tables.
 * @param paths The replayed paths. Seed files beside them are read.
 * @throws UsageError if a table name or a seed file is invalid.
 */
export async function startEmbedded(
  settings: Environment,
  paths: readonly string[],
  { tables = [], cognito }: EmbeddedOptions = {},
): Promise<Embedded> {
  const { names, optional } = readTableNames(settings)
  const seeds = await readSeeds(await listEventFolders(paths))
  const seedTables = listSeedTables(seeds, settings)
  const seedTargets = { blocks: names.blocks, invites: settings.INVITE_TABLE || undefined }
  const taken = new Set([...Object.values(names), ...tables.map(({ name }) => name)])
  const given = [...tables]
  for (const definition of [...optional.map((name) => defineTable(name)), ...seedTables.map((each) => each.definition)]) {
    if (!taken.has(definition.name)) given.push(definition)
    taken.add(definition.name)
  }
  let rowsAtStart: ReadonlyMap<string, readonly Row[]> = new Map()
  const services = await startServices(names, {
    tables: given,
    lazy: true,
    cognito,
    fill: async (endpoint) => {
      if (seeds.length === 0) return
      // Imported here, because both load the AWS SDK.
      const [{ readTables, useDocuments }, { writeItems, writeSeeds }] = await Promise.all([
        import('./rows.ts'),
        import('./write-seeds.ts'),
      ])
      await useDocuments(endpoint, async (documents) => {
        await writeSeeds(documents, seedTargets, seeds)
        await writeItems(documents, seedTables)
      })
      rowsAtStart = await readTables(endpoint)
    },
  })
  return {
    environment: services.environment,
    tableNames: [...new Set([...Object.values(names), ...given.map(({ name }) => name)])].sort(),
    async seed(more) {
      await services.dynamodb.start()
      const endpoint = await services.dynamodb.engine()
      const [{ useDocuments }, { writeSeeds }] = await Promise.all([import('./rows.ts'), import('./write-seeds.ts')])
      if (endpoint !== undefined) await useDocuments(endpoint, (documents) => writeSeeds(documents, seedTargets, more))
    },
    async addTables(changed, more) {
      const wanted = [...more, ...readTableNames(changed).optional.map((name) => defineTable(name))]
      const missing = wanted.filter(({ name }) => !taken.has(name))
      for (const { name } of missing) taken.add(name)
      if (missing.length === 0) return
      await services.dynamodb.start()
      const endpoint = await services.dynamodb.engine()
      const { createGivenTables, useLocalClient } = await import('../local/tables.ts')
      if (endpoint !== undefined) await useLocalClient(endpoint, (client) => createGivenTables(client, missing))
    },
    messages: () => ({ mails: services.ses.inbox(), texts: services.sns.texts() }),
    async sideEffects() {
      const [mails, texts] = [services.ses.inbox(), services.sns.texts()]
      const endpoint = await services.dynamodb.engine()
      if (endpoint === undefined) return { tables: new Map(), names, mails, texts }
      const { readTables } = await import('./rows.ts')
      return { tables: findChangedRows(rowsAtStart, await readTables(endpoint)), names, mails, texts }
    },
    async startFor(handlerFile) {
      const code = await readFile(handlerFile, 'utf8').catch(() => '')
      if (/dynamo/i.test(code)) await services.dynamodb.start().catch(() => undefined)
    },
    problem: services.dynamodb.problem,
    stop: services.stop,
  }
}

const TABLE_NAME = /^[\w.-]{3,255}$/

/** The settings of tables that not every project has. */
const OPTIONAL_TABLES = ['INVITE_TABLE', 'WAITLIST_TABLE', 'CANONICAL_EMAIL_TABLE', 'SEEN_TABLE'] as const

interface HandlerTables {
  readonly names: TableNames
  /** The names of the tables of {@link OPTIONAL_TABLES} whose setting is set. */
  readonly optional: readonly string[]
}

function readTableNames(settings: Environment): HandlerTables {
  const taken = new Map<string, string>()
  const defaults = defaultSettings()
  const readTableName = (
    setting: 'BLOCK_TABLE' | 'PROFILE_TABLE' | 'EFFECT_TABLE' | 'LIMIT_TABLE' | (typeof OPTIONAL_TABLES)[number],
  ): string => {
    const name = settings[setting] || (defaults[setting] ?? setting)
    const refused = `${setting} is ${JSON.stringify(name)}; expected`
    if (!TABLE_NAME.test(name))
      throw new UsageError(`${refused} the name of a DynamoDB table: 3 to 255 letters, digits, dots, hyphens and underscores`)
    const other = taken.get(name)
    if (other !== undefined) throw new UsageError(`${refused} another name, because ${other} has the same value`)
    taken.set(name, setting)
    return name
  }
  const names = {
    blocks: readTableName('BLOCK_TABLE'),
    profiles: readTableName('PROFILE_TABLE'),
    effects: readTableName('EFFECT_TABLE'),
    limits: readTableName('LIMIT_TABLE'),
  }
  return { names, optional: OPTIONAL_TABLES.filter((setting) => settings[setting]).map(readTableName) }
}

async function listEventFolders(paths: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = []
  for (const path of paths) {
    if (path === STDIN) continue
    folders.push((await stat(path)).isDirectory() ? path : dirname(path))
  }
  return folders
}
