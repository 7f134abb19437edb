import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isReason, MAX_REASON_LENGTH } from '../../shared/rules/outcome.ts'
import { UsageError } from '../lib/errors.ts'
import { parseJson } from '../lib/json.ts'
import { invitesSchema, type Seed, type SeedInvite } from '../replay/seed.ts'
import { CONTACTS } from './attributes.ts'
import { CognitoError } from './errors.ts'
import { handleRequest } from './handle-request.ts'
import type { Pool } from './model.ts'
import { storeNewUser, toNewUser } from './new-user.ts'
import type { World } from './operation.ts'
import { setPassword } from './passwords.ts'

const attributes = z.record(z.string(), z.string()).default({})
const schema = z.strictObject({
  groups: z
    .array(z.strictObject({ name: z.string().min(1), precedence: z.number().int().min(0).optional(), roleArn: z.string().optional() }))
    .default([]),
  users: z
    .array(
      z.strictObject({
        username: z.string().min(1),
        password: z.string().min(1).optional(),
        attributes,
        groups: z.array(z.string()).default([]),
        status: z.enum(['CONFIRMED', 'UNCONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']).default('CONFIRMED'),
        enabled: z.boolean().default(true),
      }),
    )
    .default([]),
  blocks: z
    .array(
      z.strictObject({
        type: z.enum(['sub', 'username', 'email', 'emailDomain']),
        value: z.string().min(1),
        reason: z.string().refine(isReason, `expected an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`),
        message: z.string().optional(),
        expiresAt: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .default([]),
  invites: invitesSchema.default([]),
  invitations: z.array(z.strictObject({ username: z.string().min(1), attributes })).default([]),
})

/** The content of a seed file. */
export interface PoolSeed {
  readonly groups: readonly { readonly name: string; readonly precedence?: number | undefined; readonly roleArn?: string | undefined }[]
  readonly users: readonly {
    readonly username: string
    readonly password?: string | undefined
    readonly attributes: Readonly<Record<string, string>>
    readonly groups: readonly string[]
    readonly status: 'CONFIRMED' | 'UNCONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED'
    readonly enabled: boolean
  }[]
  readonly blocks: readonly Omit<Seed['blocks'][number], 'userPoolId'>[]
  /** Invitations of the rule `requireInvite`, in the table that INVITE_TABLE names. */
  readonly invites: readonly SeedInvite[]
  /** Users that an administrator invites: they get an email with a temporary password. */
  readonly invitations: readonly { readonly username: string; readonly attributes: Readonly<Record<string, string>> }[]
}

/**
 * Reads the file of `lifeguard dev --seed`.
 *
 * @throws UsageError that names the file and the first problem.
 */
export async function readPoolSeed(file: string): Promise<PoolSeed> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--seed ${file}: ${error instanceof Error ? error.message : String(error)}`)
  })
  const { success, data, error } = schema.safeParse(parseJson(file, text))
  if (!success) throw new UsageError(`${file}: ${z.prettifyError(error).replaceAll(/\s+/g, ' ')}`)
  const unknown = data.users.flatMap(({ groups }) => groups).find((name) => !data.groups.some((group) => group.name === name))
  if (unknown !== undefined) throw new UsageError(`${file}: a user is in the group ${unknown}, which groups does not list`)
  return data
}

/** Returns the blocks and the invitations of a seed file for their tables. */
export function toTableSeed(file: string, { blocks, invites }: PoolSeed, userPoolId: string): Seed {
  return { file, blocks: blocks.map((block) => ({ userPoolId, ...block })), invites }
}

/**
 * Puts groups and users into a pool, and sends the invitations. Users and groups that exist stay as they are. Only an invitation calls
 * triggers, because an administrator creates its user.
 *
 * @throws UsageError if the pool rejects a user.
 */
export async function applySeed(world: World, pool: Pool, file: string, seed: PoolSeed): Promise<void> {
  const now = world.now()
  for (const { name, precedence, roleArn } of seed.groups)
    if (!pool.groups.has(name)) pool.groups.set(name, { name, precedence, roleArn, createdAt: now, updatedAt: now })
  for (const each of seed.users) addSeedUser(world, pool, file, each)
  for (const { username, attributes: given } of seed.invitations) {
    const UserAttributes = Object.entries(given).map(([Name, Value]) => ({ Name, Value }))
    const input = { UserPoolId: pool.id, Username: username, UserAttributes, DesiredDeliveryMediums: ['EMAIL'] }
    const { status, body, error } = await handleRequest(world, 'AdminCreateUser', input, 'AWS4-HMAC-SHA256 seed')
    const message = 'message' in body ? String(body.message) : ''
    if (status !== 200 && error !== 'UsernameExistsException') throw new UsageError(`${file}: the invitation of ${username}: ${message}`)
  }
}

function addSeedUser(world: World, pool: Pool, file: string, seed: PoolSeed['users'][number]): void {
  const { username, password, groups, status, enabled } = seed
  try {
    const newUser = toNewUser(pool, username, seed.attributes)
    // A contact is verified unless the file says otherwise, as for a user who has confirmed a sign-up.
    const verify = status === 'UNCONFIRMED' ? [] : CONTACTS.filter((name) => newUser.attributes[`${name}_verified`] !== 'false')
    const user = storeNewUser({ world, pool }, { newUser, verify }, status, true)
    user.groups = [...groups]
    user.enabled = enabled
    if (password !== undefined) setPassword(world, pool, user, password, status === 'FORCE_CHANGE_PASSWORD' ? 'temporary' : 'permanent')
  } catch (error) {
    if (error instanceof CognitoError && error.type === 'UsernameExistsException') return
    throw error instanceof CognitoError ? new UsageError(`${file}: the user ${username}: ${error.message}`) : error
  }
}
