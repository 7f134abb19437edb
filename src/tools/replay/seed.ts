import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { withoutMark } from '../../shared/lines.ts'
import { isReason, MAX_REASON_LENGTH } from '../../shared/rules/outcome.ts'
import { defaultSettings, type Environment } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { SEED_FILE } from '../lib/event-files.ts'
import { parseJson } from '../lib/json.ts'
import { defineTable } from '../local/define-table.ts'
import type { TableDefinition } from '../local/tables.ts'

/** An invitation of a seed file. */
export interface SeedInvite {
  readonly type: 'code' | 'email'
  readonly value: string
  readonly uses?: number | undefined
  /** In ISO 8601. */
  readonly until?: string | undefined
}

/** The invitations of a seed file, which `lifeguard dev --seed` reads too. */
export const invitesSchema: z.ZodType<readonly SeedInvite[]> = z.array(
  z.strictObject({
    type: z.enum(['code', 'email']),
    value: z.string().min(1),
    uses: z.number().optional(),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
)

const schema = z.strictObject({
  blocks: z.array(
    z.strictObject({
      userPoolId: z.string().min(1),
      type: z.enum(['sub', 'username', 'email', 'emailDomain']),
      value: z.string().min(1),
      reason: z
        .string()
        .refine(isReason, `A block's reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`),
      message: z.string().optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
  invites: invitesSchema.optional(),
  tables: z
    .record(
      z.string(),
      z.strictObject({ key: z.string().min(1), items: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))) }),
    )
    .optional(),
})

/** The content of a seed file. */
export interface Seed {
  readonly file: string
  readonly blocks: readonly {
    readonly userPoolId: string
    readonly type: 'sub' | 'username' | 'email' | 'emailDomain'
    readonly value: string
    readonly reason: string
    readonly message?: string | undefined
    /** In ISO 8601. */
    readonly expiresAt?: string | undefined
  }[]
  /** Invitations, in the table that the setting INVITE_TABLE names. */
  readonly invites?: readonly SeedInvite[] | undefined
  /** Items of further tables, by the setting with the table's name. `key` is the name of the partition key, a string. */
  readonly tables?: Readonly<Record<string, { readonly key: string; readonly items: readonly SeedItem[] }>> | undefined
}

type SeedItem = Readonly<Record<string, string | number | boolean>>

/** A table of a seed file, with the items to write. */
export interface SeedTable {
  readonly definition: TableDefinition
  readonly items: readonly SeedItem[]
}

/** Returns the further tables of seed files. Leaves out a table that no setting names. */
export function listSeedTables(seeds: readonly Pick<Seed, 'tables'>[], settings: Environment): readonly SeedTable[] {
  const tables = new Map<string, SeedTable>()
  for (const [setting, { key, items }] of seeds.flatMap((seed) => Object.entries(seed.tables ?? {}))) {
    const name = settings[setting] || defaultSettings()[setting]
    if (name === undefined) continue
    tables.set(name, { definition: defineTable(name, key), items: [...(tables.get(name)?.items ?? []), ...items] })
  }
  return [...tables.values()]
}

/**
 * Reads the seed files.
 *
 * @param folders The folders of the replayed events. This function reads the seed files in these folders and in their parent folders.
 * @throws UsageError that names the invalid file and the problem.
 */
export async function readSeeds(folders: readonly string[]): Promise<readonly Seed[]> {
  const files = new Set(folders.flatMap((folder) => [resolve(folder, SEED_FILE), join(dirname(resolve(folder)), SEED_FILE)]))
  const seeds: Seed[] = []
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) seeds.push({ file, ...parseSeed(file, text) })
  }
  return seeds
}

function parseSeed(file: string, text: string): z.infer<typeof schema> {
  const { success, data, error } = schema.safeParse(parseJson(file, withoutMark(text)))
  if (!success) throw new UsageError(`${file}: ${z.prettifyError(error).replaceAll(/\s+/g, ' ')}`)
  return data
}
