import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { lifeguard, parseNdjson } from '../../../../support/cli/lifeguard.ts'
import { type CognitoSessionsEndpoint, startCognitoSessions } from '../../../../support/cognito-sessions-endpoint.ts'
import { endpointEnvironment } from '../../../../support/environment.ts'
import { dynamoDbClient } from '../../../../support/local-clients.ts'
import { startLossyProxy } from '../../../../support/lossy-proxy.ts'

const POOL = 'eu-west-1_Example'
const SUB = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const EVE = { userName: 'eve', attributes: { sub: SUB, email: 'Eve@example.com' }, sessions: ['tkn1', 'sso1', 'sso2'] }

let services: LocalServices
let cognito: CognitoSessionsEndpoint
let client: ReturnType<typeof dynamoDbClient>
let documents: DynamoDBDocumentClient
let table: string
let tables = 0

beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  client = dynamoDbClient(services.dynamodb.endpoint)
  documents = DynamoDBDocumentClient.from(client)
  cognito = await startCognitoSessions()
}, 120_000)
afterAll(async () => {
  client.destroy()
  await services.stop()
  await cognito.stop()
})
beforeEach(() => {
  // All tests share a table, so each has a pool of its own.
  table = `eu-west-1_Pool${++tables}`
  cognito.setUsers(EVE)
  cognito.takeCalls()
})
afterEach(() => {
  for (const operation of ['AdminUserGlobalSignOut', 'AdminListUserSessions', 'AdminRevokeUserSession', 'ListUsers'])
    cognito.fault(operation, undefined)
})

const run = (...args: readonly string[]) =>
  lifeguard([...args, '--pool', table], {
    env: { ...services.environment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint, BLOCK_TABLE: 'blocks' },
  })

/** Returns the items of this test's pool. */
async function items(): Promise<readonly Record<string, unknown>[]> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'blocks' }))
  return Items.filter(({ pk }) => String(pk).startsWith(`${table}#`))
}
const operations = (): readonly string[] => cognito.takeCalls().map(({ operation }) => operation)

describe('lifeguard block', () => {
  it.each([
    ['a user name', 'Eve', [], 'username#eve'],
    ['the exact user name with --exact', 'Eve', ['--exact'], 'username#Eve'],
    ['a sub', SUB, [], `sub#${SUB}`],
    ['an address', 'Eve@Example.COM', [], 'email#eve@example.com'],
    ['a domain', '.Example.com', [], 'emailDomain#example.com'],
    ['a user name that looks like an address with --by', 'eve@example.com', ['--by', 'username'], 'username#eve@example.com'],
  ] as const)('blocks by %s', async (_, who, more, key) => {
    const { code, stdout, stderr } = await run('block', who, '--reason', 'chargeback', ...more)

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('stay valid until they expire')
    const now = Math.floor(Date.now() / 1000)
    const [item] = await items()
    expect(item).toEqual({ pk: `${table}#${key}`, reason: 'chargeback', since: expect.any(Number) })
    expect(Math.abs(Number(item?.since) - now)).toBeLessThan(120)
    expect(operations()).toEqual([])
  })

  it('stores the end and the public message', async () => {
    const { code } = await run('block', 'eve', '--reason', 'spam', '--until', '2999-01-31T12:00Z', '--public-message', 'Call us')

    expect(code).toBe(0)
    expect(await items()).toMatchObject([{ message: 'Call us', expiresAt: Date.UTC(2999, 0, 31, 12) / 1000 }])
  })

  it('signs the user out, and ends the sessions of managed login', async () => {
    const { code, stdout } = await run('block', 'EVE@example.com', '--reason', 'spam', '--sign-out')

    expect(code).toBe(0)
    expect(stdout).toContain('Signed out eve: refresh tokens are revoked, and 2 sessions of managed login ended\n')
    const calls = cognito.takeCalls().filter(({ operation }) => operation.startsWith('Admin'))
    expect(calls.map(({ operation }) => operation)).toEqual([
      'AdminUserGlobalSignOut',
      ...['AdminListUserSessions', 'AdminListUserSessions', 'AdminListUserSessions'],
      ...['AdminRevokeUserSession', 'AdminRevokeUserSession'],
    ])
    expect(calls.slice(-2).map(({ input }) => input)).toEqual([
      { UserPoolId: table, Username: 'eve', SessionId: 'sso1' },
      { UserPoolId: table, Username: 'eve', SessionId: 'sso2' },
    ])
  })

  it('signs out every user of an address', async () => {
    cognito.setUsers(EVE, { ...EVE, userName: 'Google_1' }, { userName: 'mary', attributes: { email: 'mary@example.com' } })

    const { stdout } = await run('block', 'eve@example.com', '--reason', 'spam', '--sign-out')

    expect(stdout.match(/^Signed out (\w+)/gm)).toEqual(['Signed out eve', 'Signed out Google_1'])
  })

  it('reports that the pool does not track sessions', async () => {
    cognito.fault('AdminListUserSessions', 'OperationNotEnabledException')

    const { code, stdout } = await run('block', 'eve', '--reason', 'spam', '--sign-out')

    expect(code).toBe(0)
    expect(stdout).toContain('The pool does not track sessions')
  })

  it('accepts that a session of the list has already ended', async () => {
    cognito.fault('AdminRevokeUserSession', 'ResourceNotFoundException')

    const { code, stdout } = await run('block', 'eve', '--reason', 'spam', '--sign-out')

    expect(code).toBe(0)
    expect(stdout).toContain('2 sessions of managed login ended\n')
  })

  it.each([
    ['AdminUserGlobalSignOut', 'The block is written, but eve is not signed out: TooManyRequestsException: Injected fault'],
    [
      'AdminListUserSessions',
      'The refresh tokens of eve are revoked, but the sessions of managed login may go on: TooManyRequestsException',
    ],
  ] as const)(
    'exits with 1 if %s fails, and keeps the block',
    async (operation, message) => {
      cognito.fault(operation, 'TooManyRequestsException')

      const { code, stderr } = await run('block', 'eve', '--reason', 'spam', '--sign-out')

      expect(code).toBe(1)
      expect(stderr).toContain(message)
      expect(await items()).toHaveLength(1)
    },
    60_000,
  )

  it('writes the block and reports it if the pool has no such user', async () => {
    const { code, stdout } = await run('block', 'nobody', '--reason', 'spam', '--sign-out')

    expect(code).toBe(0)
    expect(stdout).toContain('No user to sign out: the pool has no such user\n')
    expect(await items()).toHaveLength(1)
  })

  it('prints the item and the calls with --dry-run, and changes nothing', async () => {
    const { code, stdout } = await run('block', 'Eve', '--exact', '--by', 'username', '--reason', 'spam', '--dry-run')
    const signOut = await run('block', 'eve', '--reason', 'spam', '--sign-out', '--dry-run')

    expect(code).toBe(0)
    expect(stdout).toMatch(`  PutItem {"TableName":"blocks","Item":{"pk":"${table}#username#Eve","reason":"spam","since":`)
    expect(signOut.stdout).toContain(`  AdminUserGlobalSignOut {"UserPoolId":"${table}","Username":"eve"}\n  AdminListUserSessions `)
    expect(operations()).toEqual(['AdminGetUser'])
    expect(await items()).toEqual([])
  })

  it('exits with 1 if the table is not available', async () => {
    const { code, stderr } = await run('block', 'eve', '--reason', 'spam', '--table', 'missing')

    expect(code).toBe(1)
    expect(stderr).toMatch(/^lifeguard: Cannot write to the table 'missing': ResourceNotFoundException.* Nothing was changed\n$/)
  })

  it('reports that the block may have been written if the response of the table is lost', async () => {
    const proxy = await startLossyProxy(services.dynamodb.endpoint, 100)
    try {
      const env = { ...services.environment, ...endpointEnvironment({ dynamodb: proxy.endpoint }), BLOCK_TABLE: 'blocks' }
      const { code, stderr } = await lifeguard(['block', 'eve', '--reason', 'spam', '--pool', table], { env })

      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^lifeguard: Cannot write to the table 'blocks': .*\. The block may have been written\. Run the same command again\n$/,
      )
      expect(await items()).toHaveLength(1)
    } finally {
      await proxy.stop()
    }
  })

  it.each([
    [[], 'Missing user, email address or domain. Expected: lifeguard block WHO --pool ID'],
    [['a', 'b'], "Unexpected argument 'b'"],
    [['eve'], 'Missing reason. Pass --reason R'],
    [['eve', '--reason', 'did not pay'], '--reason did not pay: expected an identifier'],
    [['eve@', '--reason', 'spam'], 'eve@: The value of a block by email is not valid; expected one plain email address'],
    [['.com', '--reason', 'spam'], '.com: The value of a block by emailDomain is not valid; expected a domain'],
    [['eve', '--reason', 'spam', '--by', 'phone'], '--by phone: expected one of username, sub, email, domain'],
    [['eve', '--reason', 'spam', '--by', 'constructor'], '--by constructor: expected one of'],
    [['a@example.com', '--reason', 'spam', '--exact'], '--exact works only with a user name'],
    [['.example.com', '--reason', 'spam', '--sign-out'], '--sign-out: expected a user or an email address'],
    [['eve', '--reason', 'spam', '--public-message', ' . '], '--public-message: expected a text that is not empty'],
    [['eve', '--reason', 'spam', '--until', 'tomorrow'], '--until tomorrow: expected a date (2027-01-31)'],
    [['eve', '--reason', 'spam', '--until', '2999-01-31T12:00'], '--until 2999-01-31T12:00: expected a date'],
    [['eve', '--reason', 'spam', '--until', '2999-02-30'], '--until 2999-02-30: '],
    [['+491701234567', '--reason', 'spam'], "+491701234567 is a phone number, which cannot be blocked. Pass the user's sub"],
    [['eve', '--reason', 'spam', '--until', '2999-02-30T12:00Z'], '--until 2999-02-30T12:00Z: this day does not exist'],
    [['eve', '--reason', 'spam', '--until', '2999-06-31T23:30-02:00'], '--until 2999-06-31T23:30-02:00: this day does not exist'],
    [['eve', '--reason', 'spam', '--until', '2001-01-01'], '--until 2001-01-01: expected a time in the future'],
    [['eve', '--reason', 'spam', '--until', '0d'], '--until 0d: expected a time in the future'],
    [['eve', '--reason', 'spam', '--region', 'x'], '--region x: expected a region'],
  ] as const)('rejects %j', async (args, message) => {
    const { code, stderr } = await run('block', ...args)

    expect(code).toBe(2)
    expect(stderr).toContain(`lifeguard: ${message}`)
    expect(stderr).not.toContain('    at ')
    expect(await items()).toEqual([])
  })

  it.each([
    [['--pool', 'x'], '--pool x: expected the id of a user pool'],
    [[], 'Missing pool. Expected: lifeguard block WHO --pool ID'],
    [['--pool', POOL], 'Missing table of blocks. Pass --table NAME, or set BLOCK_TABLE in the environment'],
  ] as const)('rejects a command line with %j', async (args, message) => {
    const { code, stderr } = await lifeguard(['block', 'eve', '--reason', 'spam', ...args])

    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('lifeguard unblock', () => {
  it('removes both blocks of a user name, and reports a block that does not exist', async () => {
    await run('block', 'Eve', '--reason', 'spam')
    await run('block', 'Eve', '--reason', 'spam', '--exact')
    const dry = await run('unblock', 'Eve', '--dry-run')
    const before = await items()

    const removed = await run('unblock', 'Eve')
    const again = await run('unblock', 'Eve')

    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`  DeleteItem {"TableName":"blocks","Key":{"pk":"${table}#username#Eve"}}\n`),
    })
    expect(before).toHaveLength(2)
    expect(removed).toEqual({ code: 0, stdout: `Removed the block by user name Eve in ${table}\n`, stderr: '' })
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Found no block by user name Eve in ${table}. To find other blocks`),
    })
    expect(await items()).toEqual([])
  })

  it.each([
    [[], 2, 'Missing user, email address or domain'],
    [['eve@'], 2, 'eve@: The value of a block by email is not valid'],
    [['eve', '--table', 'missing'], 1, "Cannot change the table 'missing': ResourceNotFoundException"],
  ] as const)('rejects %j', async (args, code, message) => {
    const ran = await run('unblock', ...args)

    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(message)
  })
})

describe('lifeguard blocked', () => {
  it('lists the blocks of the pool, with old items and expired ones', async () => {
    await run('block', '.example.com', '--reason', 'spam')
    const old = [
      { pk: `${table}#email#old@example.com`, reason: 'He did not pay' },
      { pk: `${table}#sub#1`, reason: 'fraud', expiresAt: 1_000_000_000 },
      { pk: `${table}#sub#2`, reason: 'fraud', expiresAt: 9e15 },
      { pk: `${table}#phone#1`, reason: 'fraud' },
    ]
    for (const Item of old) await documents.send(new PutCommand({ TableName: 'blocks', Item }))

    const { code, stdout } = await run('blocked')
    const json = await run('blocked', '--json')

    expect(code).toBe(0)
    expect(stdout).toContain('email old@example.com\n    unspecified, since an unknown time, without an end\n')
    expect(stdout).toContain('sub 1  (no longer blocks)\n    fraud, since an unknown time, expired 2001-09-09T01:46:40.000Z\n')
    expect(stdout).toContain('sub 2\n    fraud, since an unknown time, until an invalid time\n')
    expect(stdout).toMatch(/^email domain example\.com\n {4}spam, since 20.*Z, without an end$/m)
    expect(stdout).toMatch(/\n\n4 blocks\n$/)
    expect(parseNdjson(json.stdout)).toContainEqual({
      ...{ userPoolId: table, type: 'sub', value: '1', reason: 'fraud', message: null, since: null },
      ...{ expiresAt: '2001-09-09T01:46:40.000Z', active: false },
    })
  })

  it('reports an empty list, and a missing table', async () => {
    expect(await run('blocked')).toEqual({ code: 0, stdout: `No blocks in ${table}\n`, stderr: '' })
    expect(await run('blocked', '--json')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await run('blocked', '--table', 'missing')).toMatchObject({ code: 1, stderr: expect.stringContaining('Cannot read the table') })
  })

  it.each([
    [['a'], "Unexpected argument 'a'"],
    [['--config', 'a'], '--config works only with --check'],
    [['--no-handlers'], '--no-handlers works only with --check'],
    [['--check', '.example.com'], '--check .example.com: expected a user name, a sub or an email address'],
    [['--check', ''], '--check : expected a user name'],
  ] as const)('rejects %j', async (args, message) => {
    const { code, stderr } = await run('blocked', ...args)

    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
