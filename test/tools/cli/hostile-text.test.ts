import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDomainList } from '../../../src/shared/email/domain-file.ts'
import { type LocalServices, startServices } from '../../../src/tools/local/services.ts'
import { withPool } from '../../support/cli/attached-pool.ts'
import { createFolder, event, lifeguard, spawnLifeguard } from '../../support/cli/lifeguard.ts'
import { arn, key, pool } from '../../support/cli/user-pool.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'

// File names and arguments cannot contain NUL or lone surrogates, and identifiers of templates cannot contain line breaks.
const NAME = 'z\u001b[2J\u0007\u009b2J\u007f\u202e\u2066\u061c\u200b\u2028\ufeff\u{e0041}\u115f\r\t'
const LINES = `${NAME}\nFORGED`
const TEXT = `\u0000\ud800${LINES}`

// Code points that must not reach a terminal, as ranges. The tested code uses Unicode properties instead. If this test used them too,
// it could not find a wrong property. Line breaks are missing here, because the test checks them separately.
const RAW: readonly (readonly [number, number])[] = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
]

function findRawCharacters(text: string): readonly string[] {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return codes.filter((code) => RAW.some(([first, last]) => code >= first && code <= last)).map((code) => code.toString(16))
}

// The styles that lifeguard itself prints. The test removes them from the output. The hostile texts contain none of them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression matches escape sequences.
const OWN_STYLES = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g

const HANDLER = `
const text = ${JSON.stringify(TEXT)}
const line = (decision, outcome) => ({ decision, decidedBy: text, reason: text, detail: text,
  trace: [{ rule: text, path: '0', outcome, reason: text, ms: 1, detail: text, overrides: [text], error: { name: text } },
    { rule: 'b', path: '1', outcome: 'error', reason: text, ms: 1, shadow: true, error: { name: text } },
    { rule: 'c', path: '2', outcome: 'constructor', reason: text, ms: 1 }] })
export const handler = async (event, context) => {
  const how = event.request.clientMetadata?.how
  if (how === 'print') { console.log(text); console.error(text) }
  if (how?.startsWith('log')) console.log(JSON.stringify({ requestId: context.awsRequestId, ...line(how === 'log' ? 'proceed' : 'failed', 'broken') }))
  if (how === 'throw' || how === 'log-throw') throw Object.assign(new Error(text), { name: text })
  if (how === 'other') return { ...event, response: { [text]: text }, [text]: text }
  if (how === 'partial') { const { [text]: _, ...rest } = event; return rest }
  return { ...event, response: { ...event.response, [text]: text } }
}
handler.composition = { name: text, kind: 'chain', children: [{ name: text, kind: text, children: [] }, { name: text, kind: 'rule' }] }
`
const SDK = join(process.cwd(), 'node_modules/@aws-sdk')
const WRITER = `
import { DynamoDBClient, PutItemCommand } from '${SDK}/client-dynamodb/dist-cjs/index.js'
import { SendEmailCommand, SESClient } from '${SDK}/client-ses/dist-cjs/index.js'
const S = ${JSON.stringify(LINES)}
export const handler = async (event) => {
  await new DynamoDBClient({}).send(new PutItemCommand({ TableName: process.env.PROFILE_TABLE, Item: { pk: { S }, userName: { S }, attributes: { M: { email: { S } } } } }))
  await new SESClient({}).send(new SendEmailCommand({ Source: 'a@example.com', Destination: { ToAddresses: ['mary@example.com'] }, Message: { Subject: { Data: S }, Body: { Text: { Data: S } } } }))
  return event
}
`
const MESSAGES = `
const text = ${JSON.stringify(TEXT)}
export const handler = Object.assign(async (event) => event, { composition: { name: text, kind: 'rule', samples: () => [{ name: text, locale: text, html: text, sms: text }] } })
`
const hostileEvent = (source: string, how?: string): Record<string, unknown> => ({
  ...event(source, { ...(how && { how }), [TEXT]: TEXT }),
  userName: TEXT,
  [TEXT]: TEXT,
})
const POST = 'PostConfirmation_ConfirmSignUp'
const none = ['--services', 'none']
const onPool = ['--pool', 'eu-west-1_Hostile']
const SUB = '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11'
const ours = [...none, '--handler', 'preSignUp=handler.mjs']

/** A command line with hostile text in its arguments, files or input. */
interface Row {
  readonly args: readonly string[]
  readonly files?: Readonly<Record<string, unknown>>
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  /** True for a row whose output may not pass through {@link lifeguard}. Its command runs in a process of its own. */
  readonly spawned?: boolean
  /** The expected output. Default: the escaped form of the hostile text. */
  readonly shows?: string
}

let services: LocalServices
const tables = { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }
const { cognito, env: poolEnv } = withPool()

beforeAll(async () => {
  services = await startServices(tables)
  const client = dynamoDbClient(services.dynamodb.endpoint)
  const documents = DynamoDBDocumentClient.from(client)
  for (const state of ['failed', 'unknown', 'done']) {
    const item = {
      userPoolId: LINES,
      sub: state,
      effect: LINES,
      state,
      attempt: 1,
      reason: LINES,
      delivery: LINES,
      dueAt: LINES,
      queue: state,
    }
    await documents.send(new PutCommand({ TableName: tables.effects, Item: { pk: `${LINES}#${state}#${LINES}`, ...item } }))
  }
  await documents.send(new PutCommand({ TableName: tables.effects, Item: { pk: `eu-west-1_Hostile#${SUB}#${LINES}` } }))
  const blocked = { pk: `eu-west-1_Hostile#email#${LINES}`, reason: LINES, message: LINES, since: 1 }
  await documents.send(new PutCommand({ TableName: tables.blocks, Item: blocked }))
  const invite = { pk: `email#${LINES}`, email: LINES, uses: 1, holds: {} }
  await documents.send(new PutCommand({ TableName: tables.limits, Item: invite }))
  const seen = { userPoolId: LINES, sub: LINES, seenAt: '2020-01-01T00:00:00.000Z' }
  // The table of lastSeen has the keys of the block table.
  await documents.send(new PutCommand({ TableName: tables.blocks, Item: { pk: `${LINES}#${LINES}`, ...seen } }))
  client.destroy()
})
afterAll(() => services.stop())

/** Lists all commands, including subcommands such as `effects list`, from the messages for an unknown command. */
async function listCommands(): Promise<readonly string[]> {
  const cwd = await createFolder({})
  const listPrintedNames = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { stderr } = await lifeguard([...args, 'no-such-command'], { cwd })
    // Names of triggers, which `add` lists, are not commands.
    return /Unknown command .*Expected one of ([a-z, -]+)$/m.exec(stderr)?.[1]?.split(', ') ?? []
  }
  const names = await listPrintedNames()
  const within = await Promise.all(names.map(async (name) => [name, await listPrintedNames(name)] as const))
  return within.flatMap(([name, subcommands]) => (subcommands.length === 0 ? [name] : subcommands.map((each) => `${name} ${each}`)))
}

/** The commands that get the table and the pool of this test. */
const ON_AWS: ReadonlySet<string> = new Set(['effects', 'attach', 'block', 'unblock', 'blocked', 'invite', 'inactive', 'erase'])
const files = { 'handler.mjs': HANDLER }
const lost = { message: 'effect lost', userPoolId: TEXT, sub: TEXT, effect: TEXT, token: TEXT }
const template = (properties: object, more: object = {}): string =>
  JSON.stringify({ Resources: { [TEXT]: { Type: 'AWS::Lambda::Function', Properties: properties, ...more } } })
const connected = (handler: object): string =>
  JSON.stringify({
    Resources: {
      [TEXT]: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x', Timeout: 30, ...handler } },
      Pool: { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig: { PreSignUp: { 'Fn::GetAtt': [TEXT, 'Arn'] }, [TEXT]: TEXT } } },
    },
  })

// The command lines of each command. Tests below fail if a command, or an option that takes a value, is missing here.
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  replay: [
    { args: ['replay', LINES] },
    { args: ['replay', '--only', LINES] },
    { args: ['replay', '--repeat', LINES] },
    { args: ['replay', '--services', LINES] },
    { args: ['replay', '--config', LINES, '.'] },
    {
      args: ['replay', 'a.json', '--handler', 'preSignUp=handler.mjs', '--mails', `${LINES}/a`],
      files: { 'handler.mjs': 'export const handler = async (event) => event', 'a.json': event(), [LINES]: '' },
    },
    { args: ['replay', '--handler', LINES, '.'] },
    { args: ['replay', '--handler', `preSignUp=${LINES}`, 'a.json', ...none], files: { 'a.json': event() } },
    { args: ['replay', '--env', LINES, 'a.json', ...ours], files: { ...files, 'a.json': event() } },
    { args: ['replay', `--${LINES}`] },
    { args: ['replay', '.', ...ours], files: { ...files, 'a.json': event(TEXT), 'b.json': event(`NewTrigger_${TEXT}`) } },
    { args: ['replay', 'a.json', ...ours], files: { ...files, 'a.json': event(TEXT) } },
    { args: ['replay', 'a.json', '--json', ...ours], files: { ...files, 'a.json': event(TEXT) } },
    { args: ['replay', '.', ...ours], files: { ...files, 'a.json': `{"a":${LINES}` } },
    { args: ['replay', '.', '--json', ...ours], files: { ...files, 'a.json': `{"a":${LINES}` } },
    { args: ['replay', '.', ...ours], files: { ...files, 'a.ndjson': NAME } },
    { args: ['replay', '-', ...ours], files, stdin: `${NAME}\n` },
    ...['print', 'throw', 'log', 'log-throw', 'other', 'partial', 'none'].flatMap((how): readonly Row[] => {
      const given = { ...files, [`${LINES}/${LINES}.json`]: hostileEvent('PreSignUp_SignUp', how) }
      return [
        { args: ['replay', '.', ...ours], files: given },
        { args: ['replay', '.', '--json', ...ours], files: given },
      ]
    }),
    {
      args: ['replay', '.', ...ours],
      files: { ...files, 'a.json': event(), 'a.expect.json': { response: { [TEXT]: 'another value' } } },
    },
    { args: ['replay', '.', ...ours], files: { ...files, 'a.json': event(), 'a.expect.json': { [TEXT]: TEXT } } },
    { args: ['replay', '.', ...ours], files: { ...files, 'a.json': event(), 'a.expect.json': `{${LINES}` }, shows: 'not JSON' },
    { args: ['replay', '.', '--json', ...ours], files: { ...files, 'a.json': event(), 'a.expect.json': `{${LINES}` }, shows: 'not JSON' },
    { args: ['replay', 'a.json', ...ours], files: { 'handler.mjs': `throw new Error(${JSON.stringify(TEXT)})`, 'a.json': event() } },
    { args: ['replay', 'a.json', ...ours], files: { 'handler.mjs': `${LINES}`, 'a.json': event() }, shows: 'does not start' },
    { args: ['replay', 'a.json', ...none], files: { 'serverless.yml': `a: [${LINES}`, 'a.json': event() }, shows: 'invalid JSON or YAML' },
    {
      args: ['replay', 'a.json', ...none],
      files: {
        'a.json': event(),
        'serverless.yml': JSON.stringify({ functions: { a: { handler: TEXT, events: [{ cognitoUserPool: { trigger: 'PreSignUp' } }] } } }),
      },
    },
    {
      args: ['replay', 'a.json', ...ours],
      files: {
        'a.json': event(),
        'package.json': { scripts: { build: 'node build.mjs' } },
        'build.mjs': `console.log(${JSON.stringify(TEXT)}); console.error(${JSON.stringify(TEXT)}); process.exit(1)`,
      },
      spawned: true,
    },
    {
      args: ['replay', 'a.json', ...none, '--handler', 'preSignUp=a.ts'],
      files: { 'a.json': event(), 'a.ts': `import './${NAME.replaceAll(/\s/g, '')}'` },
      shows: '[2J',
      spawned: true,
    },
    { args: ['replay', 'a.json', ...ours], files: { ...files, 'a.json': event(), 'lifeguard.env': LINES }, shows: 'lifeguard.env, line 1' },
    { args: ['replay', '.', '--handler', 'preSignUp=handler.mjs'], files, env: { BLOCK_TABLE: LINES } },
    ...[{ [TEXT]: TEXT }, { blocks: [{ userPoolId: TEXT, type: TEXT, value: TEXT, reason: TEXT }] }, `{${LINES}`].map(
      (seed): Row => ({
        args: ['replay', '.', '--handler', 'preSignUp=handler.mjs'],
        files: { ...files, 'seed.json': seed },
        shows: 'seed.json',
      }),
    ),
    {
      args: ['replay', '.', '--handler', 'preSignUp=handler.mjs'],
      files: { ...files, 'seed.json': { blocks: [{ userPoolId: 'a', type: 'sub', value: 'b', reason: TEXT }] } },
      shows: "seed.json: ✖ A block's reason",
    },
    { args: ['replay', 'a.json', '--handler', 'postConfirmation=w.mjs'], files: { 'w.mjs': WRITER, 'a.json': event(POST) } },
  ],
  explain: [
    { args: ['explain', LINES] },
    { args: ['explain', 'a', LINES] },
    { args: ['explain', '--services', LINES, 'a'] },
    { args: ['explain', '--config', LINES, 'a.json'], files: { 'a.json': event() } },
    { args: ['explain', '--handler', LINES, 'a.json'], files: { 'a.json': event() } },
    { args: ['explain', '--env', LINES, 'a.json', ...ours], files: { ...files, 'a.json': event() } },
    { args: ['explain', `--${LINES}`] },
    { args: ['explain', LINES, ...ours], files: { ...files, [`${LINES}/a.json`]: event() } },
    { args: ['explain', 'a.json', ...ours], files: { ...files, 'a.json': LINES }, shows: 'contains more than one event' },
    { args: ['explain', 'a.json', ...ours], files: { ...files, 'a.json': event(TEXT) } },
    ...['print', 'throw', 'log', 'log-throw', 'other', 'partial', 'none'].map(
      (how): Row => ({
        args: ['explain', LINES, ...ours],
        files: { ...files, [LINES]: hostileEvent('PreSignUp_SignUp', how) },
      }),
    ),
    { args: ['explain', 'a.json', ...ours], files: { 'handler.mjs': `throw new Error(${JSON.stringify(TEXT)})`, 'a.json': event() } },
  ],
  preview: [
    { args: ['preview', 'a', LINES] },
    { args: ['preview', 'a', '--config', LINES] },
    { args: ['preview', 'a', '--handler', LINES] },
    { args: ['preview', 'a', '--env', LINES, '--handler', 'preSignUp=handler.mjs'], files },
    { args: ['preview', `--${LINES}`] },
    { args: ['preview', `${LINES}/a`, '--handler', 'customMessage=m.mjs'], files: { 'm.mjs': MESSAGES, [LINES]: '' } },
    { args: ['preview', LINES, '--handler', 'customMessage=m.mjs'], files: { 'm.mjs': MESSAGES } },
    {
      args: ['preview', 'a', '--handler', 'preSignUp=handler.mjs'],
      files: { 'handler.mjs': `throw new Error(${JSON.stringify(TEXT)})` },
    },
  ],
  block: [
    { args: ['block', LINES, ...onPool], shows: 'Missing reason' },
    { args: ['block', 'a', LINES] },
    { args: ['block', LINES, '--reason', 'spam', '--table', LINES, ...onPool] },
    { args: ['block', LINES, '--reason', 'spam', '--public-message', LINES, '--dry-run', ...onPool] },
    { args: ['block', `${LINES}@example.com`, '--reason', 'spam', ...onPool] },
    { args: ['block', 'a', '--reason', LINES, ...onPool] },
    { args: ['block', 'a', '--reason', 'spam', '--until', LINES, ...onPool] },
    { args: ['block', 'a', '--by', LINES, ...onPool] },
    { args: ['block', 'a', '--pool', LINES] },
    { args: ['block', 'a', '--region', LINES, ...onPool] },
    { args: ['block', `--${LINES}`] },
  ],
  unblock: [
    { args: ['unblock', LINES, ...onPool] },
    { args: ['unblock', LINES, '--dry-run', ...onPool] },
    { args: ['unblock', 'a', LINES] },
    { args: ['unblock', 'a', '--by', LINES, ...onPool] },
    { args: ['unblock', 'a', '--table', LINES, ...onPool] },
    { args: ['unblock', 'a', '--pool', LINES] },
    { args: ['unblock', 'a', '--region', LINES, ...onPool] },
  ],
  blocked: [
    { args: ['blocked', LINES, ...onPool] },
    { args: ['blocked', ...onPool] },
    { args: ['blocked', '--json', ...onPool] },
    { args: ['blocked', '--table', LINES, ...onPool] },
    { args: ['blocked', '--pool', LINES] },
    { args: ['blocked', '--region', LINES, ...onPool] },
    { args: ['blocked', '--config', LINES, ...onPool], shows: '--config works only with --check' },
    // The fake Cognito of this test has no users.
    { args: ['blocked', '--check', LINES, ...onPool], shows: 'Cannot read' },
  ],
  'effects list': [
    { args: ['effects', 'list'] },
    { args: ['effects', 'list', '--json'] },
    { args: ['effects', 'list', LINES] },
    { args: ['effects', 'list', '--state', LINES] },
    { args: ['effects', 'list', '--table', LINES] },
    { args: ['effects', 'list', `--${LINES}`] },
  ],
  'effects retry': [
    { args: ['effects', 'retry', LINES, 'failed', LINES] },
    { args: ['effects', 'retry', LINES, 'unknown', LINES] },
    { args: ['effects', 'retry', LINES, LINES, LINES, LINES] },
    { args: ['effects', 'retry', 'a', 'b', LINES.repeat(20)] },
  ],
  'effects drop': [
    { args: ['effects', 'drop', LINES, 'unknown', LINES] },
    { args: ['effects', 'drop', LINES, 'done', LINES] },
    { args: ['effects', 'drop', LINES, LINES, LINES] },
  ],
  'effects recover': [
    { args: ['effects', 'recover', LINES] },
    { args: ['effects', 'recover', 'a', LINES] },
    { args: ['effects', 'recover', '--delivery', LINES] },
    { args: ['effects', 'recover'], stdin: `${LINES} effect lost ${LINES}\n${JSON.stringify(lost)}\n`, shows: 'effect' },
    { args: ['effects', 'recover'], stdin: JSON.stringify({ ...lost, sub: LINES.repeat(200) }), shows: 'ValidationException' },
  ],
  invite: [
    { args: ['invite', LINES] },
    { args: ['invite', 'a', LINES] },
    { args: ['invite', 'a@example.com', '--table', LINES] },
    { args: ['invite', '--code', '--uses', LINES] },
    { args: ['invite', '--code', '--until', LINES] },
    { args: ['invite', '--list', '--table', 'limits'] },
    { args: ['invite', '--list', '--json', '--table', 'limits'] },
    { args: ['invite', '--revoke', LINES, '--table', 'limits'] },
    { args: ['invite', `--${LINES}`] },
  ],
  inactive: [
    { args: ['inactive', '--days', '1'], env: { SEEN_TABLE: 'blocks' } },
    { args: ['inactive', '--days', '1', '--json'], env: { SEEN_TABLE: 'blocks' } },
    { args: ['inactive', '--days', LINES] },
    { args: ['inactive', '--days', '1', '--table', LINES] },
    { args: ['inactive', '--days', '1', '--table', 'blocks', '--pool', LINES] },
    { args: ['inactive', LINES] },
    { args: ['inactive', `--${LINES}`] },
  ],
  erase: [
    { args: ['erase', SUB, ...onPool, '--email', LINES] },
    { args: ['erase', SUB, ...onPool, '--dry-run', '--username', LINES] },
    { args: ['erase', SUB, ...onPool] },
    { args: ['erase', SUB, '--pool', LINES] },
    { args: ['erase', LINES, ...onPool] },
    { args: ['erase', SUB, ...onPool, '--table', `EFFECT_TABLE=${LINES}`] },
    { args: ['erase', SUB, ...onPool, '--table', LINES] },
    { args: ['erase', SUB, LINES] },
    { args: ['erase', `--${LINES}`] },
  ],
  'domains build': [
    { args: ['domains', 'build', LINES] },
    { args: ['domains', 'build', 'a', LINES] },
    { args: ['domains', 'build', LINES], files: { [LINES]: NAME } },
    { args: ['domains', 'build', LINES], files: { [LINES]: 'example.com' } },
    { args: ['domains', 'build', LINES, '--json'], files: { [LINES]: 'example.com' } },
    { args: ['domains', 'build', 'a', '--out', `${LINES}/x`], files: { a: 'example.com' } },
    { args: ['domains', 'build', '-', '--out', 'x'], stdin: `a${NAME}b.com\n`, shows: '[2J' },
  ],
  precompile: [
    { args: ['precompile', LINES] },
    { args: ['precompile', 'a', LINES] },
    { args: ['precompile', `${LINES}/x.txt`], files: { [`${LINES}/x.txt`]: '' } },
    { args: ['precompile', 'handler.mjs', '--event', LINES], files: { 'handler.mjs': HANDLER } },
    {
      args: ['precompile', 'handler.mjs', '--event', 'e.json'],
      files: { 'handler.mjs': HANDLER, 'e.json': hostileEvent('PreSignUp_SignUp', 'throw') },
    },
    {
      args: ['precompile', LINES, '--event', 'e.json'],
      files: { [`${LINES}/handler.mjs`]: HANDLER, 'e.json': hostileEvent('PreSignUp_SignUp') },
    },
  ],
  'domains check': [
    { args: ['domains', 'check', LINES] },
    { args: ['domains', 'check', LINES], files: { [LINES]: LINES } },
    { args: ['domains', 'check', 'a.domains', LINES], files: { 'a.domains': buildDomainList(['example.com']).bytes } },
    { args: ['domains', 'check', 'a.domains', LINES, '--json'], files: { 'a.domains': buildDomainList(['example.com']).bytes } },
  ],
  'import-check': [
    { args: ['import-check', LINES] },
    { args: ['import-check', 'a', LINES] },
    { args: ['import-check', 'a.csv', '--column', LINES], files: { 'a.csv': 'passwordHash' } },
    { args: ['import-check', LINES], files: { [LINES]: `passwordHash\n"${TEXT}"` }, shows: 'reset: not a bcrypt hash' },
    { args: ['import-check', LINES, '--json'], files: { [LINES]: `passwordHash\n"${TEXT}"` }, shows: 'not a bcrypt hash' },
    { args: ['import-check', LINES], files: { [LINES]: `passwordHash\n"` } },
    { args: ['import-check', '-'], stdin: `${TEXT}\n`, shows: 'no column' },
  ],
  attach: [
    { args: ['attach', '--pool', LINES] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--region', LINES] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--function', LINES] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--function', `PreSignUp=${LINES}`] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--kms-key', LINES] },
    { args: ['attach', LINES] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile'] },
    {
      args: [
        'attach',
        '--pool',
        'eu-west-1_Hostile',
        '--dry-run',
        '--replace',
        '--function',
        `PreSignUp=${arn('a')}`,
        '--function',
        `CustomEmailSender=${arn('b')}`,
        '--kms-key',
        key('2'),
      ],
    },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--replace', '--function', `PreSignUp=${arn('a')}`] },
    { args: ['attach', '--pool', 'eu-west-1_Hostile', '--function', `PreTokenGeneration@V2_0=${arn('a')}`] },
  ],
  doctor: [
    { args: ['doctor', LINES] },
    { args: ['doctor', 'a', LINES] },
    { args: ['doctor', '--ignore', LINES] },
    { args: ['doctor', `--${LINES}`] },
    { args: ['doctor', LINES], files: { [LINES]: LINES } },
    { args: ['doctor', 'a.yaml'], files: { 'a.yaml': `a: [${NAME}` }, shows: 'a.yaml' },
    { args: ['doctor', 'a.json'], files: { 'a.json': JSON.stringify({ Resources: { [TEXT]: {} } }) } },
    {
      args: ['doctor', 'a.json'],
      files: { 'a.json': template({}, { Metadata: { Lifeguard: { accept: [{ code: TEXT, reason: TEXT }] } } }) },
    },
    ...['', '--json', '--sarif'].flatMap((form): readonly Row[] => {
      const args = ['doctor', LINES, ...(form === '' ? [] : [form])]
      // SARIF contains no hostile text except the file name, which is part of a URL.
      const shown = form === '--sarif' ? { shows: '"results"' } : {}
      const named = { Handler: 'handler.handler', Code: { ZipFile: `exports.handler = '${LINES}'` } }
      return [
        { ...shown, args, files: { [LINES]: connected(named) } },
        {
          ...shown,
          args,
          files: { [LINES]: connected({ Handler: 'h.handler', Code: '.' }), 'h.mjs': `throw new Error(${JSON.stringify(TEXT)})` },
        },
      ]
    }),
  ],
  init: [
    { args: ['init', LINES] },
    { args: ['init', LINES, '--name', 'people'] },
    { args: ['init', 'a', LINES] },
    { args: ['init', 'a', '--name', LINES] },
    { args: ['init', 'a', '--domain', LINES] },
    { args: ['init', 'people', '--package', LINES] },
    { args: ['init', LINES, '--name', 'people', '--package', LINES], files: { [LINES]: '' } },
    { args: ['init', LINES, '--name', 'people'], files: { [`${LINES}/package.json`]: '' } },
  ],
  add: [
    { args: ['add', LINES] },
    { args: ['add', 'pre-auth', '--domain', LINES] },
    { args: ['add', 'pre-auth', '--config', LINES] },
    { args: ['add', 'pre-auth', '--pool', LINES], files: { 'template.json': { Resources: { A: { Type: 'AWS::Cognito::UserPool' } } } } },
    {
      args: ['add', 'pre-auth', '--pool', 'people'],
      files: { 'serverless.yml': `service: x\nprovider: {}\nfunctions: ${JSON.stringify(`\${ssm:${LINES}}`)}\n` },
    },
  ],
  build: [{ args: ['build', LINES] }],
  dev: [
    { args: ['dev', '--port', LINES] },
    { args: ['dev', '--assume', LINES] },
    { args: ['dev', '--state', LINES], files: { [LINES]: LINES } },
    { args: ['dev', '--seed', LINES] },
    { args: ['dev', '--seed', LINES], files: { [LINES]: { users: [{ username: TEXT, groups: [TEXT] }] } } },
    { args: ['dev', '--tls-cert', LINES, '--tls-key', LINES] },
    { args: ['dev', '--tls-port', LINES, '--port', LINES] },
    { args: ['dev', '--config', LINES] },
    { args: ['dev', '--handler', LINES] },
    { args: ['dev', '--env', LINES, '--port', LINES] },
    {
      args: ['dev', '--triggers', LINES],
      files: {
        'serverless.yml':
          'service: x\nprovider: {}\nfunctions: { preSignUp: { handler: h.handler, events: [{ cognitoUserPool: { pool: P, trigger: PreSignUp } }] } }\n',
      },
    },
  ],
  record: [
    { args: ['record', LINES] },
    { args: ['record', 'http://127.0.0.1:9', '--only', LINES] },
    { args: ['record', LINES, '--out', LINES] },
  ],
  'no command': [
    { args: [LINES], spawned: true },
    { args: [`--${LINES}`] },
    { args: ['effects', LINES] },
    { args: ['domains', LINES] },
    ...['--help', 'help', '--version', '-v', ''].map((word): Row => ({ args: word === '' ? [] : [word], shows: '' })),
    ...[
      'replay',
      'explain',
      'block',
      'unblock',
      'blocked',
      'effects',
      'invite',
      'inactive',
      'erase',
      'domains',
      'precompile',
      'attach',
      'doctor',
      'init',
      'dev',
      'record',
    ].map((name): Row => ({ args: [name, '--help'], shows: '' })),
  ],
}

describe.skipIf(process.platform === 'win32').each(Object.entries(ROWS))('hostile text in: %s', { timeout: 300_000 }, (_, rows) => {
  it.each(
    rows.map(
      (row, at) =>
        [
          at,
          row.args
            .join(' ')
            .replaceAll(/[^ -~]+/g, '?')
            .slice(0, 90),
          row,
        ] as const,
    ),
  )(
    'escapes hostile text in the output: %i, %s',
    async (_at, _name, { args, files: content = {}, stdin, env, spawned, shows = '\\u001b[2J' }) => {
      cognito().put({ ...pool, Id: 'eu-west-1_Hostile', Name: TEXT, LambdaConfig: { PreSignUp: LINES, [TEXT]: TEXT }, [TEXT]: TEXT })
      const cwd = await createFolder(content)
      const tablesAt = { ...services.environment, EFFECT_TABLE: tables.effects, BLOCK_TABLE: tables.blocks, ...poolEnv() }
      const all = { ...(ON_AWS.has(args[0] ?? '') ? tablesAt : {}), ...env, FORCE_COLOR: '1' }

      const { stdout, stderr } = await (spawned ? spawnLifeguard : lifeguard)(args, {
        cwd,
        env: all,
        ...(stdin !== undefined && { stdin }),
      })

      const output = `${stdout}${stderr}`.replaceAll(OWN_STYLES, '')
      expect(output).toContain(shows)
      expect(findRawCharacters(output)).toEqual([])
      expect(output.split('\n').filter((line) => line.startsWith('FORGED'))).toEqual([])
    },
  )
})

describe('coverage of hostile text', { timeout: 300_000 }, () => {
  it('tests every command with hostile text', async () => {
    expect(Object.keys(ROWS).toSorted()).toEqual([...(await listCommands()), 'no command'].toSorted())
  })

  it('tests every option that takes a value with hostile text', async () => {
    const given = new Set(Object.values(ROWS).flatMap((rows) => rows.flatMap(({ args }) => args.map((arg) => `${args[0]} ${arg}`))))
    const names = [...new Set((await listCommands()).map((name) => name.split(' ')[0] ?? ''))]
    for (const name of names) {
      const { stdout } = await lifeguard([name, '--help'])
      const options = [...stdout.matchAll(/^ {2}(--[a-z-]+) [A-Z]/gm)].map(([, option]) => `${name} ${option}`)
      expect(options.filter((option) => !given.has(option))).toEqual([])
    }
  })

  it('allows only the listed files of src/tools to write to the terminal', async () => {
    // These files may write directly: main.ts and command.ts escape their output, and child.ts and only-this-machine.ts run in the handler's process.
    const writers = ['cli/main.ts', 'cli/command.ts', 'replay/child.ts', 'cli/commands/precompile/only-this-machine.ts']
    const files: string[] = []
    for await (const file of glob('src/tools/**/*.ts')) if (!writers.includes(file.replace('src/tools/', ''))) files.push(file)
    expect(files.length).toBeGreaterThan(80)
    for (const file of files) {
      // Comments and messages may name console.log.
      const code = (await readFile(file, 'utf8')).replaceAll(/'[^'\n]*'|\/\/.*|\/\*[\s\S]*?\*\//g, '')
      expect([file, /\bprocess\.(?:stdout|stderr)\b|\bconsole\.\w|emitWarning/.test(code)]).toEqual([file, false])
    }
  })
})
