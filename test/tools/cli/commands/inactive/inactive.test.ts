import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { lifeguard, parseNdjson } from '../../../../support/cli/lifeguard.ts'
import { dynamoDbClient } from '../../../../support/local-clients.ts'

const DAY_MS = 24 * 3_600_000
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString()
const old = { userPoolId: 'eu-west-1_One', sub: 'old', seenAt: daysAgo(400) }
const other = { userPoolId: 'eu-west-1_Two', sub: 'other', seenAt: daysAgo(90.5) }
const recent = { userPoolId: 'eu-west-1_One', sub: 'recent', seenAt: daysAgo(10) }

let services: LocalServices
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  // The table of lastSeen has the same key as the block table.
  services = await startServices({ blocks: 'last-seen', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  env = { ...services.environment, SEEN_TABLE: 'last-seen' }
  const client = dynamoDbClient(services.dynamodb.endpoint)
  const documents = DynamoDBDocumentClient.from(client)
  for (const user of [old, other, recent])
    await documents.send(new PutCommand({ TableName: 'last-seen', Item: { pk: `${user.userPoolId}#${user.sub}`, ...user } }))
  client.destroy()
}, 60_000)
afterAll(() => services.stop())

const inactive = (args: readonly string[], more: Readonly<Record<string, string>> = env) => lifeguard(['inactive', ...args], { env: more })

describe('lifeguard inactive', () => {
  it('lists the users who were not seen for some days, with the cost of the scan', async () => {
    const { code, stdout, stderr } = await inactive(['--days', '90'])

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [summary, ...lines] = stdout.trim().split('\n').toReversed()
    expect(lines.toSorted()).toEqual([`eu-west-1_One old  last seen ${old.seenAt}`, `eu-west-1_Two other  last seen ${other.seenAt}`])
    expect(summary).toMatch(/^2 users not seen for 90 days; read 3 rows for [\d.]+ read units?$/)
  })

  it('prints one JSON object per user, and nothing else', async () => {
    const { code, stdout } = await inactive(['--days', '90', '--json'])
    expect(code).toBe(0)
    expect(parseNdjson(stdout)).toEqual(expect.arrayContaining([old, other]))
    expect(parseNdjson(stdout)).toHaveLength(2)
  })

  it('lists the users of one pool, from a table of another name', async () => {
    const { SEEN_TABLE: _, ...noTable } = { SEEN_TABLE: '', ...env }
    const { stdout } = await inactive(['--days', '1', '--pool', 'eu-west-1_One', '--table', 'last-seen', '--json'], noTable)
    expect(parseNdjson(stdout)).toEqual(expect.arrayContaining([old, recent]))
    expect(parseNdjson(stdout)).toHaveLength(2)
  })

  it('prints a summary for no user', async () => {
    expect((await inactive(['--days', '36500'])).stdout).toMatch(/^0 users not seen for 36500 days; read 3 rows/)
  })

  it('reports a table that is not available', async () => {
    const { code, stdout, stderr } = await inactive(['--days', '1', '--table', 'no-such-table'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^lifeguard: Cannot read the table 'no-such-table': ResourceNotFoundException/)
  })

  it.each([
    [[], 'Missing number of days. Expected: lifeguard inactive --days N'],
    [['--days', '0'], '--days 0: expected a whole number from 1 to 36500'],
    [['--days', '1.5'], '--days 1.5: expected a whole number from 1 to 36500'],
    [['--days', '36501'], '--days 36501: expected a whole number from 1 to 36500'],
    [['--days', '-1'], "Option '--days' needs a value"],
    [['--days', '1', '--pool', 'eu-west-1-One'], '--pool eu-west-1-One: expected the id of a user pool, such as eu-west-1_Example'],
    [['--days', '1', 'more'], "Unexpected argument 'more'. Expected: lifeguard inactive --days N"],
    [['--day', '1'], "Unknown option '--day'. Did you mean '--days'?"],
  ])('reports the wrong usage %j', async (args, message) => {
    const { code, stdout, stderr } = await inactive(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('asks for the table if none is given', async () => {
    const { code, stderr } = await inactive(['--days', '1'], {})
    expect(code).toBe(2)
    expect(stderr).toContain('Missing table of the rule lastSeen. Pass --table NAME, or set SEEN_TABLE in the environment')
  })

  it('prints its help', async () => {
    const { code, stdout } = await inactive(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('needs dynamodb:Scan. DynamoDB charges half a read unit')
  })
})
