import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dynamoInviteWriter } from '../../../../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoInvites } from '../../../../src/shared/invites/dynamo-invites.ts'
import { type LocalServices, startServices } from '../../../../src/tools/local/services.ts'
import { lifeguard, parseNdjson } from '../../../support/cli/lifeguard.ts'
import { collect } from '../../../support/contracts/invites.ts'
import { dynamoDbClient } from '../../../support/local-clients.ts'

const { signal } = new AbortController()
const table = 'limits'
const ann = { userPoolId: 'eu-west-1_Example', userName: 'ann' }

let services: LocalServices
let client: ReturnType<typeof dynamoDbClient>
let options: { readonly documents: () => DynamoDBDocumentClient; readonly table: string }

beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: table })
  client = dynamoDbClient(services.dynamodb.endpoint)
  const documents = DynamoDBDocumentClient.from(client)
  options = { documents: () => documents, table }
})
afterAll(async () => {
  client.destroy()
  await services.stop()
})
beforeEach(async () => {
  const writer = dynamoInviteWriter(options)
  for (const { id } of await collect(writer.list())) await writer.revoke({ id })
})

const invite = (...args: readonly string[]) => lifeguard(['invite', ...args], { env: { ...services.environment, INVITE_TABLE: table } })

describe('lifeguard invite --code', () => {
  it('prints a code alone on standard output, which is usable as often as asked', async () => {
    const { code, stdout, stderr } = await invite('--code', '--uses', '2', '--until', '2999-01-31T12:00Z')

    expect(code).toBe(0)
    expect(stdout).toMatch(/^\w{5}(?:-\w{5}){3}\n$/)
    expect(stderr).toMatch(
      /^Valid for 2 uses until 2999-01-31T12:00Z\. The code cannot be shown again\. Its id in the list:\n {2}code#[\w-]{43}\n$/,
    )
    const key = { type: 'code', value: stdout.trim() } as const
    const invites = dynamoInvites(options)
    for (const userName of ['ann', 'bob']) expect(await invites.reserve(key, { ...ann, userName }, signal)).toBe(true)
    expect(await invites.find(key, { ...ann, userName: 'eve' }, signal)).toBe('used')
  })

  it('stores no code, and an expiry in 30 days by default', async () => {
    const { stdout } = await invite('--code')

    const { Items = [] } = await options.documents().send(new ScanCommand({ TableName: table }))
    expect(JSON.stringify(Items)).not.toContain(stdout.trim())
    const [listed] = await collect(dynamoInviteWriter(options).list())
    expect(listed).toMatchObject({ uses: 1, used: 0 })
    expect((listed?.until?.getTime() ?? 0) / 1000).toBeCloseTo(Date.now() / 1000 + 30 * 86_400, -2)
  })
})

describe('lifeguard invite EMAIL', () => {
  it('invites an address once', async () => {
    expect(await invite('Ann@example.com', '--until', '2999-01-31')).toEqual({
      ...{ code: 0, stdout: 'Invited Ann@example.com: 1 use until 2999-01-31T00:00Z\n', stderr: '' },
    })
    expect(await dynamoInvites(options).find({ type: 'email', value: 'ann@EXAMPLE.com' }, ann, signal)).toBe('usable')

    const { code, stdout, stderr } = await invite('ann@example.com')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('ann@example.com is invited already. To change the invitation, revoke it first')
  })
})

describe('lifeguard invite --list', () => {
  it('lists invitations with their uses, and no code', async () => {
    const { stdout: printed } = await invite('--code', '--uses', '3', '--until', '2999-01-31')
    await invite('ann@example.com', '--until', '2999-01-31')
    await dynamoInvites(options).reserve({ type: 'email', value: 'ann@example.com' }, ann, signal)
    await dynamoInviteWriter(options).create({ type: 'email', value: 'old@example.com', until: new Date('2020-01-31') })
    await dynamoInviteWriter(options).create({ type: 'email', value: 'always@example.com' })

    const { code, stdout } = await invite('--list')

    expect(code).toBe(0)
    expect(stdout).toContain('ann@example.com\n    1 of 1 use taken, 1 of them reserved, valid until 2999-01-31T00:00Z\n')
    expect(stdout).toContain('old@example.com\n    0 of 1 use taken, expired 2020-01-31T00:00Z\n')
    expect(stdout).toContain('always@example.com\n    0 of 1 use taken\n')
    expect(stdout).toMatch(/code#[\w-]{43}\n {4}0 of 3 uses taken, valid until 2999-01-31T00:00Z\n/)
    expect(stdout).toMatch(/\n\n4 invitations\n$/)
    expect(stdout).not.toContain(printed.trim())
  })

  it('prints JSON lines with --json, and only a count for an empty table', async () => {
    expect((await invite('--list')).stdout).toBe('0 invitations\n')
    expect((await invite('--list', '--json')).stdout).toBe('')
    await invite('ann@example.com', '--until', '2999-01-31')
    expect(parseNdjson((await invite('--list', '--json')).stdout)).toEqual([
      {
        id: expect.stringMatching(/^email#/),
        ...{ type: 'email', email: 'ann@example.com', uses: 1, used: 0, reserved: 0, until: '2999-01-31T00:00:00.000Z' },
      },
    ])
  })
})

describe('lifeguard invite --revoke', () => {
  it('revokes an invitation by its address, its code or its id', async () => {
    await invite('ann@example.com')
    await invite('bob@example.com')
    const { stdout } = await invite('--code')
    const listed = await collect(dynamoInviteWriter(options).list())
    const id = listed.find(({ email }) => email === 'bob@example.com')?.id ?? ''

    for (const text of ['Ann@example.com', stdout.trim().toLowerCase(), id])
      expect(await invite('--revoke', text)).toMatchObject({
        code: 0,
        stdout: 'Revoked the invitation. Users who have signed up with it stay, and can still confirm.\n',
      })

    expect(await collect(dynamoInviteWriter(options).list())).toEqual([])
    expect(await invite('--revoke', id)).toEqual({ code: 1, stdout: '', stderr: `lifeguard: No such invitation: ${id}\n` })
  })
})

describe('lifeguard invite', () => {
  it.each([
    [[], 'Missing EMAIL, --code, --list or --revoke'],
    [['a@example.com', '--code'], 'Expected only one of EMAIL, --code'],
    [['--list', '--revoke', 'x'], 'Expected only one of --list, --revoke'],
    [['a@example.com', 'b@example.com'], "Unexpected argument 'b@example.com'"],
    [['--code', '--json'], "--json works only with 'invite --list'"],
    [['--list', '--uses', '2'], '--uses works only with EMAIL or --code'],
    [['--revoke', 'x', '--until', '2999-01-31'], '--until works only with EMAIL or --code'],
    [['--revoke', ''], '--revoke: expected an address, a code or an id from the list'],
    [['ann'], "'ann' is not a valid email address"],
    [['--code', '--uses', '0'], '--uses 0: expected a number from 1 to 500'],
    [['--code', '--uses', '1e2'], '--uses 1e2: expected a number from 1 to 500'],
    [['--code', '--uses', '501'], '--uses 501: expected a number from 1 to 500'],
    [['--code', '--until', 'tomorrow'], '--until tomorrow: expected a date (2027-01-31)'],
    [['--code', '--until', '2999-13-31'], '--until 2999-13-31: expected a date'],
    [['--code', '--until', '2999-02-30'], '--until 2999-02-30: this day does not exist'],
    [['--code', '--until', '2020-01-31'], '--until 2020-01-31: expected a time in the future'],
    [['--cod'], "Did you mean '--code'?"],
  ])('exits with 2 for the arguments %j', async (args, message) => {
    const { code, stdout, stderr } = await invite(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('needs a table, and exits with 1 if it is not available', async () => {
    expect(await lifeguard(['invite', '--list'], { env: services.environment })).toMatchObject({
      ...{ code: 2, stderr: 'lifeguard: Missing table of invitations. Pass --table NAME, or set INVITE_TABLE in the environment\n' },
    })
    const { code, stderr } = await invite('--list', '--table', 'no-such-table')
    expect(code).toBe(1)
    expect(stderr).toContain("lifeguard: Cannot use the table 'no-such-table': ResourceNotFoundException")
  })

  it('prints its help', async () => {
    expect((await invite('--help')).stdout).toContain('lifeguard invite --code --uses 5 --until 2027-01-31')
  })
})
