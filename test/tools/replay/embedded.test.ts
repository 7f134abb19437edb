import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmbedded } from '../../../src/tools/replay/embedded.ts'
import { createFolder, event, lifeguard, parseNdjson } from '../../support/cli/lifeguard.ts'

const block = { userPoolId: 'us-east-1_example', type: 'email', value: 'mary@example.com', reason: 'chargeback' }

const SDK = join(process.cwd(), 'node_modules/@aws-sdk')
/**
 * A handler that reads the block table. For a `Pre...` event, the handler throws an error that lists the blocks. For other events,
 * it writes a profile and sends an email.
 */
const HANDLER = `
import { DynamoDBClient, PutItemCommand, ScanCommand } from '${SDK}/client-dynamodb/dist-cjs/index.js'
import { SendEmailCommand, SESClient } from '${SDK}/client-ses/dist-cjs/index.js'
const dynamodb = new DynamoDBClient({})
export const handler = async (event) => {
  const { Items } = await dynamodb.send(new ScanCommand({ TableName: process.env.BLOCK_TABLE }))
  if (event.triggerSource.startsWith('Pre')) throw new Error(Items.map(({ pk, reason }) => pk.S + '=' + reason.S).join())
  const { pk, count } = { pk: { S: 'us-east-1_example#1' }, count: { N: String(event.request.count ?? 1) } }
  await dynamodb.send(new PutItemCommand({ TableName: process.env.PROFILE_TABLE, Item: { pk, userName: { S: 'mary' }, signInCount: count, confirmedAt: { S: 'now' }, attributes: { M: { email: { S: 'mary@example.com' } } } } }))
  await new SESClient({}).send(new SendEmailCommand({ Source: process.env.WELCOME_EMAIL_FROM, Destination: { ToAddresses: ['mary@example.com'] }, Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } } }))
  return event
}
`
const POST = event('PostConfirmation_ConfirmSignUp')
const handlers = ['--handler', 'preSignUp=handler.mjs', '--handler', 'postConfirmation=handler.mjs']

describe('replay with embedded services', () => {
  it('prints the profiles that handlers wrote and the emails that they sent', async () => {
    const cwd = await createFolder({ 'events/post-confirmation/mary.json': POST, 'handler.mjs': HANDLER })
    const { code, stdout } = await lifeguard(['replay', ...handlers], { cwd })
    expect(stdout).toContain(`Profiles written: 1
  user  email             confirmed  sign-ins  reset
  mary  mary@example.com  yes        1

Emails sent: 1
  to                subject
  mary@example.com  Welcome
`)
    expect(code).toBe(0)
  })

  it('creates the table of invitations only if its setting is set', async () => {
    const [set, empty] = await Promise.all([startEmbedded({ INVITE_TABLE: 'invites' }, []), startEmbedded({ INVITE_TABLE: '' }, [])])
    onTestFinished(async () => void (await Promise.all([set.stop(), empty.stop()])))

    expect(set.tableNames.filter((name) => !empty.tableNames.includes(name))).toEqual(['invites'])
  })

  it.each(['events', 'events/pre-signup', 'events/pre-signup/mary.json'])(
    'blocks the users of seed.json when lifeguard replays %s',
    async (path) => {
      const cwd = await createFolder({
        'events/seed.json': { blocks: [block] },
        'events/pre-signup/mary.json': event(),
        'handler.mjs': HANDLER,
      })
      const { stdout } = await lifeguard(['replay', path, '--json', ...handlers], { cwd })
      expect(parseNdjson(stdout)).toMatchObject([
        { error: { message: 'PreSignUp failed with error us-east-1_example#email#mary@example.com=chargeback.' } },
      ])
    },
  )

  it.each([
    ['{', 'seed.json: not JSON: '],
    [{ blocks: [{ ...block, type: 'phone' }] }, 'seed.json: ✖ Invalid option'],
    [{ blocks: [{ ...block, reason: 'two words' }] }, "A block's reason must be an identifier"],
  ])('rejects a seed.json that contains %j', async (seed, message) => {
    const cwd = await createFolder({ 'events/seed.json': seed, 'events/a.json': event(), 'handler.mjs': HANDLER })
    const { code, stderr } = await lifeguard(['replay', ...handlers], { cwd })
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it.each([
    [
      { BLOCK_TABLE: 'x y' },
      'BLOCK_TABLE is "x y"; expected the name of a DynamoDB table: 3 to 255 letters, digits, dots, hyphens and underscores',
    ],
    [
      { EFFECT_TABLE: 'lifeguard-blocks' },
      'EFFECT_TABLE is "lifeguard-blocks"; expected another name, because BLOCK_TABLE has the same value',
    ],
  ])('rejects the table name in %j', async (env, message) => {
    const cwd = await createFolder({ 'events/a.json': event(), 'handler.mjs': HANDLER })
    const { code, stderr } = await lifeguard(['replay', ...handlers], { cwd, env })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `lifeguard: ${message}\n` })
  })

  it('compares the number of effects with the expectation', async () => {
    const effects = { profiles: 1, mails: 1 }
    const cwd = await createFolder({
      'events/a.json': POST,
      'events/a.expect.json': { effects },
      'events/b.json': POST,
      'events/b.expect.json': { effects },
      'handler.mjs': HANDLER,
    })
    const { code, stdout } = await lifeguard(['replay', ...handlers], { cwd })
    // The second event leaves the profile unchanged, so replay counts no written profile for that event.
    expect(stdout).toContain('expected profiles 1, got 0')
    expect(stdout).not.toContain('expected mails')
    expect(code).toBe(1)
  })

  it('compares the rows and emails of an event with the expectation, and ignores the blocks of seed.json', async () => {
    const mail = { to: 'mary@example.com', subject: 'Welcome', text: 'Hello' }
    const profile = { userName: 'mary', attributes: { email: 'mary@example.com' } }
    const cwd = await createFolder({
      'seed.json': { blocks: [block] },
      'a.json': POST,
      'a.expect.json': { effects: { profiles: [profile], mails: [mail], rows: { 'lifeguard-blocks': 0 } } },
      'b.json': event('PostConfirmation_ConfirmSignUp', { count: '2' }),
      'b.expect.json': { effects: { profiles: [{ signInCount: 3 }], mails: [{ ...mail, subject: 'Hello' }] } },
      'handler.mjs': HANDLER.replace('event.request.count', 'event.request.clientMetadata?.count'),
    })

    const { code, stdout } = await lifeguard(['replay', '.', ...handlers], { cwd })

    expect(stdout).toContain('✓ a')
    expect(stdout).toContain('expected profiles[0].signInCount 3, got 2\n      expected mails[0].subject Hello, got Welcome\n')
    expect(code).toBe(1)
  })

  it('names the tables that exist if a handler uses another table', async () => {
    const cwd = await createFolder({ 'a.json': POST, 'handler.mjs': HANDLER.replace('process.env.BLOCK_TABLE', "'users'") })

    const { code, stdout } = await lifeguard(['replay', 'a.json', ...handlers], { cwd })

    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'ResourceNotFoundException: Requested resource not found (handler.mjs:6). The embedded DynamoDB has the tables lifeguard-blocks, lifeguard-effects, lifeguard-limits, lifeguard-profiles',
    )
    expect(code).toBe(1)
  })

  it('reports a call to a service that replay does not start', async () => {
    const cwd = await createFolder({ 'a.json': POST, 'handler.mjs': HANDLER })

    const { code, stdout } = await lifeguard(['replay', 'a.json', '--services', 'none', ...handlers], { cwd })

    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('connect ECONNREFUSED 127.0.0.1:9. Replay does not start this AWS service')
    expect(code).toBe(1)
  })

  it('prints the changed rows of every table, but not the blocks of seed.json', async () => {
    const source = HANDLER.replace(/await dynamodb.send\(new PutItemCommand.*/, (put) =>
      put.replace('PROFILE_TABLE', 'BLOCK_TABLE').replace('userName:', "tags: { SS: ['b', 'a'] }, userName:"),
    )
    const cwd = await createFolder({ 'seed.json': { blocks: [block] }, 'a.json': POST, 'handler.mjs': source })

    const { stdout } = await lifeguard(['replay', 'a.json', ...handlers], { cwd })

    expect(stdout).toContain(`Rows written to lifeguard-blocks: 1
  pk                   tags       userName  signInCount  confirmedAt  attributes
  us-east-1_example#1  ["a","b"]  mary      1            now          {"email":"mary@example.com"}

Emails sent: 1
`)
  })

  it('reports the block of a seed.json that cannot be written', async () => {
    const seed = { blocks: [{ ...block, value: 'not an address' }] }
    const cwd = await createFolder({ 'seed.json': seed, 'a.json': event(), 'handler.mjs': HANDLER })

    const { code, stdout, stderr } = await lifeguard(['replay', 'a.json', ...handlers], { cwd })

    expect(stdout).toContain('1 event: 1 failed')
    expect(stderr).toContain('seed.json: The value of a block by email is not valid; expected one plain email address')
    expect(code).toBe(2)
  })

  it('writes the emails to the folder of --mails', async () => {
    const cwd = await createFolder({ 'a.json': POST, 'handler.mjs': HANDLER })

    const { code, stderr } = await lifeguard(['replay', 'a.json', '--mails', 'mails', ...handlers], { cwd })

    expect(await readFile(join(cwd, 'mails/001-mary@example.com.txt'), 'utf8')).toBe('Hello')
    expect(stderr).toBe('Wrote 1 email to mails, such as 001-mary@example.com.eml\n')
    expect(code).toBe(0)
    const none = await lifeguard(['replay', 'a.json', '--mails', 'mails', '--services', 'none', ...handlers], { cwd })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--mails works only with --services embedded') })
  })

  it('uses the table names that PROFILE_TABLE and BLOCK_TABLE set', async () => {
    const cwd = await createFolder({ 'events/a.json': POST, 'handler.mjs': HANDLER })
    const { stdout } = await lifeguard(['replay', ...handlers], { cwd, env: { PROFILE_TABLE: 'my-profiles', BLOCK_TABLE: 'my-blocks' } })
    expect(stdout).toContain('Profiles written: 1')
  })
})
