import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Block } from '../../src/shared/blocks/block-list.ts'
import type { StartOptions } from '../../src/tools/local/services.ts'
import type { ExpectedEffects } from '../../src/tools/replay/expectation.ts'
import { useDocuments } from '../../src/tools/replay/rows.ts'
import { listSeedTables } from '../../src/tools/replay/seed.ts'
import { writeItems } from '../../src/tools/replay/write-seeds.ts'
import { envelope, text } from './event-shapes.ts'
import { FOLDERS } from './triggers.ts'

const ROOT = join(import.meta.dirname, '../../events')

interface Event {
  readonly triggerSource: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: { readonly clientId: string | null }
  readonly request: {
    readonly userAttributes: Readonly<Record<string, string>>
    readonly validationData?: unknown
    readonly userNotFound?: unknown
  }
}

// Cognito sends null for unknown values in a notification about an account takeover.
const attributes = z
  .record(z.string(), text.max(2048).nullable())
  .transform(
    (map): Record<string, string> =>
      Object.fromEntries(Object.entries(map).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
  )

const Event: z.ZodType<Event> = z.looseObject({
  ...envelope,
  version: z.enum(['1', '2', '3']),
  request: z.looseObject({
    // Absent or null in some triggers. Tests compare the answer with `raw`.
    userAttributes: attributes.nullish().transform((given) => given ?? {}),
    validationData: z.unknown().optional(),
    userNotFound: z.unknown().optional(),
  }),
})

/** The expected result of an event with the default chains. */
type Expectation = { readonly effects?: ExpectedEffects | undefined } & (
  | {
      readonly outcome: 'proceed'
      readonly decidedBy: string | null
      readonly reason: null
      readonly response?: Readonly<Record<string, unknown>> | undefined
      readonly responseLike?: Readonly<Record<string, unknown>> | undefined
    }
  | {
      readonly outcome: 'denied' | 'failed'
      readonly decidedBy: string
      readonly reason: string
      /** Only for a trigger whose response refuses the user. */
      readonly response?: Readonly<Record<string, unknown>> | undefined
    }
)

const effects = z.custom<ExpectedEffects>((value) => typeof value === 'object').optional()
const rule = text.regex(/^[a-z][a-z0-9-]*$/)
const Expectation: z.ZodType<Expectation> = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('proceed'),
    decidedBy: rule.nullable(),
    reason: z.null(),
    response: z.looseObject({}).optional(),
    responseLike: z.looseObject({}).optional(),
    effects,
  }),
  z.strictObject({
    outcome: z.enum(['denied', 'failed']),
    decidedBy: rule,
    reason: text,
    response: z.looseObject({}).optional(),
    effects,
  }),
])

const Seed = z.strictObject({
  blocks: z.array(
    z.strictObject({
      userPoolId: text,
      type: z.enum(['sub', 'username', 'email', 'emailDomain']),
      value: text,
      reason: text,
      message: text.optional(),
      expiresAt: z.iso.datetime().optional(),
    }),
  ),
  tables: z.record(text, z.strictObject({ key: text, items: z.array(z.record(text, z.union([text, z.number(), z.boolean()]))) })),
})

/** A sample event with its expectation. */
export interface SampleEvent {
  readonly folder: string
  /** The file's name without `.json`. */
  readonly name: string
  /** The parsed content of the file, unchanged. */
  readonly raw: unknown
  readonly event: Event
  readonly expected: Expectation
}

/** Lists the JSON files in a folder of events. */
export function listEventFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.json'))
    .sort()
}

/** Returns all sample events, in the order in which a user meets the triggers, then by name. */
export function sampleEvents(): readonly SampleEvent[] {
  return FOLDERS.flatMap((folder) =>
    listEventFiles(folder)
      .filter((file) => !file.endsWith('.expect.json'))
      .map((file) => {
        const name = file.replace(/\.json$/, '')
        const raw = read(join(folder, file))
        return { folder, name, raw, event: Event.parse(raw), expected: Expectation.parse(read(join(folder, `${name}.expect.json`))) }
      }),
  )
}

/** Returns the blocks of events/seed.json. */
export function seededBlocks(): readonly Block[] {
  return Seed.parse(read('seed.json')).blocks.map(({ message, expiresAt, ...block }) => ({
    ...block,
    ...(message !== undefined && { message }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
  }))
}

/** Returns the further tables of events/seed.json, for `startServices`: their definitions, and a function that writes their items. */
export function seededTables(): Required<Pick<StartOptions, 'tables' | 'fill'>> {
  const seeded = listSeedTables([Seed.parse(read('seed.json'))], {})
  return {
    tables: seeded.map(({ definition }) => definition),
    fill: (endpoint) => useDocuments(endpoint, (documents) => writeItems(documents, seeded)),
  }
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}
