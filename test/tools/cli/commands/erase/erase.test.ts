import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dynamoBlockWriter } from '../../../../../src/shared/blocks/dynamo-block-list.ts'
import { dynamoPendingEffects } from '../../../../../src/shared/ledger/dynamo-ledger.ts'
import { dynamoProfiles } from '../../../../../src/shared/profiles/dynamo-profiles.ts'
import { dynamoLastSeen } from '../../../../../src/shared/seen/dynamo-last-seen.ts'
import { dynamoParkedCodes } from '../../../../../src/shared/sender/dynamo-parked-codes.ts'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { lifeguard } from '../../../../support/cli/lifeguard.ts'
import { dynamoDbClient } from '../../../../support/local-clients.ts'

const { signal } = new AbortController()
const userPoolId = 'eu-west-1_Example'
const ANN = '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11'
const ANNA = '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a12'
const TABLES = ['blocks', 'profiles', 'effects', 'limits'] as const
let services: LocalServices
let env: Readonly<Record<string, string>>
let client: ReturnType<typeof dynamoDbClient>
let db: DynamoDBDocumentClient
const documents = (): DynamoDBDocumentClient => db

beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  client = dynamoDbClient(services.dynamodb.endpoint)
  db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  // The table of lastSeen has the same key as that of limits, and may share it here.
  const settings = {
    BLOCK_TABLE: 'blocks',
    PROFILE_TABLE: 'profiles',
    EFFECT_TABLE: 'effects',
    LIMIT_TABLE: 'limits',
    SEEN_TABLE: 'limits',
  }
  env = { ...services.environment, ...settings }
}, 60_000)
afterAll(async () => {
  client.destroy()
  await services.stop()
})

/** Writes rows of a user into every table, with the adapters of the rules. */
async function writeUser(sub: string, userName: string): Promise<void> {
  const at = new Date()
  const user = { userPoolId, sub }
  await dynamoProfiles({ documents, table: 'profiles' }).create({ ...user, userName, attributes: {} }, at, signal)
  for (const effect of ['send-welcome-email', 'notify:first'])
    await dynamoPendingEffects({ documents, table: 'effects' }).enqueue({ ...user, effect, delivery: 'at-most-once' }, signal)
  await dynamoLastSeen({ documents, table: 'limits' }).record(user, at, 1000, signal)
  await dynamoBlockWriter({ documents, table: 'blocks' }).block({ userPoolId, type: 'sub', value: sub, reason: 'fraud' })
  const parked = { userPoolId, userName, channel: 'email', message: 'SignUp', code: '123456' } as const
  await dynamoParkedCodes({ documents, table: 'limits' }).park(parked, signal)
}

async function readKeys(): Promise<readonly string[]> {
  const pages = await Promise.all(TABLES.map((TableName) => db.send(new ScanCommand({ TableName, ConsistentRead: true }))))
  return pages.flatMap(({ Items = [] }) => Items.map(({ pk }) => String(pk))).toSorted()
}

const listKeys = (sub: string, userName: string): readonly string[] =>
  [
    `${userPoolId}#${sub}`,
    `${userPoolId}#${sub}`,
    `${userPoolId}#${sub}#notify:first`,
    `${userPoolId}#${sub}#send-welcome-email`,
    `${userPoolId}#sub#${sub}`,
    JSON.stringify(['code', userPoolId, userName, 'email']),
  ].toSorted()

const erase = (args: readonly string[], more: Readonly<Record<string, string>> = env) => lifeguard(['erase', ...args], { env: more })
const ann = [ANN, '--pool', userPoolId, '--username', 'ann'] as const

describe('lifeguard erase', () => {
  beforeEach(async () => {
    await writeUser(ANN, 'ann')
    await writeUser(ANNA, 'anna')
  })

  it('deletes every row of the user, and no row of another', async () => {
    const { code, stdout, stderr } = await erase(ann)

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await readKeys()).toEqual(listKeys(ANNA, 'anna'))
    expect(stdout).toContain(`EFFECT_TABLE (effects): 2 rows deleted, after reading 4 rows\n    ${userPoolId}#${ANN}#`)
    expect(stdout).toContain(`PROFILE_TABLE (profiles): 1 row deleted\n    ${userPoolId}#${ANN}\n`)
    expect(stdout).toContain('    Kept: blocks by user name, address or domain')
    expect(stdout).not.toContain('Not searched')
    expect(stdout).toContain('EMAIL_TABLE: no table given\n')
    expect(stdout).toMatch(/\n6 rows deleted\n$/)
  })

  it('may run again, and then deletes nothing', async () => {
    await erase(ann)
    const { code, stdout } = await erase(ann)
    expect(code).toBe(0)
    expect(stdout).toMatch(/\n0 rows deleted\n$/)
  })

  it('changes nothing with --dry-run, and prints the rows', async () => {
    const before = await readKeys()
    const { code, stdout } = await erase([...ann, '--dry-run'])
    expect(code).toBe(0)
    expect(await readKeys()).toEqual(before)
    for (const key of listKeys(ANN, 'ann')) expect(stdout).toContain(`    ${key}\n`)
    expect(stdout).toMatch(/\n6 rows to delete\. Nothing was changed\n$/)
  })

  it('keeps parked codes without --username, because their keys have the name', async () => {
    const { stdout } = await erase([ANN, '--pool', userPoolId])
    expect(stdout).toMatch(/\n5 rows deleted\n$/)
    expect(stdout).toContain('    Not searched: parked codes. Pass --username to find them\n')
    expect(await readKeys()).toContain(JSON.stringify(['code', userPoolId, 'ann', 'email']))
  })

  it('finds effects on every page of a large table', async () => {
    for (let row = 0; row < 15; row += 1)
      await db.send(new PutCommand({ TableName: 'effects', Item: { pk: `large-${row}`, filler: 'a'.repeat(100_000) } }))
    expect((await erase(ann)).stdout).toContain('EFFECT_TABLE (effects): 2 rows deleted, after reading 19 rows')
  })

  it('erases the user from the other tables if one is not available', async () => {
    const { code, stdout, stderr } = await erase([...ann, '--table', 'EFFECT_TABLE=no-such-table'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^lifeguard: Cannot erase the user from the table 'no-such-table': ResourceNotFoundException/)
    expect(stdout).toContain('PROFILE_TABLE (profiles): 1 row deleted')
  })

  it.each([
    [[], 'Missing sub of the user. Expected: lifeguard erase SUB --pool ID'],
    [[ANN], 'Missing user pool. Expected: lifeguard erase SUB --pool ID'],
    [[ANN, 'b', '--pool', userPoolId], "Unexpected argument 'b'. Expected one user: lifeguard erase SUB --pool ID"],
    [['ann', '--pool', userPoolId], "'ann' is not a sub; expected a UUID in lower case, such as"],
    [[`${ANN}#x`, '--pool', userPoolId], 'is not a sub'],
    [[ANN, '--pool', 'eu-west-1-Example'], '--pool eu-west-1-Example: expected the id of a user pool'],
    [[ANN, '--pool', userPoolId, '--username', ''], '--username: expected a user name that is not empty'],
    [[ANN, '--pool', userPoolId, '--email', 'ann'], '--email ann: expected one plain email address'],
    [[ANN, '--pool', userPoolId, '--table', 'profiles'], '--table profiles: expected SETTING=NAME, such as PROFILE_TABLE=profiles'],
    [[ANN, '--pool', userPoolId, '--table', 'PROFIL_TABLE=p'], "unknown setting. Did you mean 'PROFILE_TABLE'?"],
    [[ANN, '--pool', userPoolId, '--table', 'X=p'], 'unknown setting. Expected one of EFFECT_TABLE, PROFILE_TABLE'],
    [[ANN, '--pool', userPoolId, '--dry-rum'], "Unknown option '--dry-rum'. Did you mean '--dry-run'?"],
  ])('reports the wrong usage %j', async (args, message) => {
    const { code, stdout, stderr } = await erase(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('needs the name of at least one table', async () => {
    const noTables = Object.entries(env).filter(([name]) => !name.endsWith('_TABLE'))
    const { code, stderr } = await erase(ann, Object.fromEntries(noTables))
    expect(code).toBe(2)
    expect(stderr).toContain('No table is given. Set EFFECT_TABLE, PROFILE_TABLE, SEEN_TABLE and so on, or pass --table SETTING=NAME')
  })

  it('prints its help', async () => {
    const { code, stdout } = await erase(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('Delete the rows of a user from the tables of the rules.')
  })
})
