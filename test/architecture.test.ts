import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { repository } from './support/built.ts'

/** For each folder of src: the folders that it may import, with the reason. `trigger` stands for every folder with a trigger.ts. */
const MAP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shared/cognito': {},
  'shared/rules': { 'shared/cognito': 'types of triggers, sources and events' },
  'shared/email': { 'shared/rules': 'emailDomainIn is a condition' },
  'shared/mail': {
    'shared/aws': 'its adapter calls SES',
    'shared/email': 'the type of a sender',
    'shared/rules': 'the permissions of a mailer',
  },
  'shared/sender': {
    'shared/cognito': 'types of events',
    'shared/aws': 'its adapters use DynamoDB',
    'shared/limits': 'a condition counts messages',
    'shared/messages': 'it writes messages from a catalogue',
    'shared/rules': 'rules and conditions of both senders',
  },
  'shared/sms': { 'shared/rules': 'the permissions of a texter' },
  'shared/lambda': { 'shared/cognito': 'facts about triggers, as types', 'shared/rules': 'a handler runs the engine' },
  'shared/aws': { 'shared/rules': 'an email that SES rejected is a NotDoneError' },
  'shared/ledger': {
    'shared/cognito': 'types of events',
    'shared/aws': 'it uses DynamoDB',
    'shared/rules': 'it implements the port of once',
  },
  'shared/profiles': {
    'shared/cognito': 'types of attributes',
    'shared/aws': 'they are stored in DynamoDB',
    'shared/rules': 'they are made from the user of a context',
  },
  'shared/limits': {
    'shared/aws': 'they are stored in DynamoDB',
    'shared/rules': 'a counter declares its permissions',
  },
  'shared/canonical': {
    'shared/aws': 'they are stored in DynamoDB',
    'shared/email': 'all spellings of an address are one mailbox',
    'shared/rules': 'it checks its options, and declares its permissions',
  },
  'shared/captcha': { 'shared/rules': 'it checks its options; the base class of errors' },
  'shared/invites': {
    'shared/aws': 'they are stored in DynamoDB',
    'shared/email': 'an invitation may be bound to an address',
    'shared/rules': 'a store declares its permissions',
  },
  'shared/seen': {
    'shared/aws': 'the times are stored in DynamoDB',
    'shared/rules': 'a store declares its permissions',
  },
  'shared/waitlist': {
    'shared/aws': 'it is stored in DynamoDB',
    'shared/email': 'equal addresses have equal keys',
    'shared/rules': 'a list declares its permissions',
  },
  'shared/blocks': {
    'shared/aws': 'they are stored in DynamoDB',
    'shared/email': 'users are blocked by address and domain',
    'shared/rules': 'a block is looked up by the user of a context',
  },
  'shared/messages': {
    'shared/cognito': 'a message is named after a trigger source',
    'shared/rules': 'it checks the types of arguments, and reads the user of a context',
    'shared/email': 'a name has the letters of a domain',
  },
  'shared/directory': {
    'shared/aws': 'users are stored in DynamoDB or in another user pool',
    'shared/email': 'an address has one form as a login',
    'shared/rules': 'a directory declares its permissions; the base class of errors',
  },
  'shared/settings': {
    'shared/directory': 'a field parses the cost of password hashes',
    'shared/email': 'fields parse addresses, senders and domains',
    'shared/lambda': 'a field parses the log level; maskInitErrors throws the masked error',
    'shared/rules': 'isThenable for maskInitErrors; the base class of errors',
  },
  rules: {
    'shared/cognito': 'names of sources',
    'shared/rules': 'rules',
    'shared/email': 'domains and addresses',
    'shared/blocks': 'the block list, whose port and adapter are exported with blockUsers',
    'shared/canonical': 'a rule keeps the mailboxes of users',
    'shared/profiles': 'a rule creates missing profiles; their store is exported with it',
    'shared/seen': 'a rule records when users were last seen; the store is exported with it',
  },
  trigger: {
    'shared/cognito': 'types of sources and events',
    'shared/rules': 'rules',
    'shared/lambda': 'defineTrigger makes the factory of a trigger',
    'shared/email': 'domains and addresses',
    'shared/aws': 'adapters',
    'shared/canonical': 'a rule of pre sign-up reserves mailboxes',
    'shared/ledger': 'adapters are exported with the trigger that uses them',
    'shared/captcha': 'the port that verifies a token of a CAPTCHA',
    'shared/waitlist': 'pre sign-up records addresses',
    'shared/invites': 'pre sign-up reserves an invitation, and post confirmation makes it final',
    'shared/limits': 'a rule counts uses; the counter is exported with the trigger that uses it',
    'shared/messages': 'the texts of messages; the rule for names in messages',
    'shared/directory': 'user migration and pre sign-up look up the users of a legacy directory',
    'shared/mail': 'the mailer is exported with the trigger that uses it',
    'shared/sender': 'the two custom senders share it',
    'shared/sms': 'the texter is exported with the trigger that uses it',
    'shared/profiles': 'post confirmation and post authentication write profiles; a rule of pre token generation reads them',
  },
  'ses-v2': {
    'shared/aws': 'it has the client with short timeouts',
    'shared/email': 'the type of a sender',
    'shared/mail': 'it implements the mailer port',
  },
  kms: {
    'shared/aws': 'the timeouts of clients',
    'shared/rules': 'one decryption in an invocation; the base class of errors',
    'shared/sender': 'it implements the port that reads codes',
  },
  sns: {
    'shared/aws': 'it has the client with short timeouts',
    'shared/sms': 'it implements the texter port',
    'shared/rules': 'a message that SNS rejected is a NotDoneError',
  },
  eventbridge: {
    rules: 'it implements the bus port of publishEvent and denyEvents',
    'shared/aws': 'it has the client with short timeouts',
    'shared/rules': 'an event that EventBridge rejected is a NotDoneError',
  },
  'jwt-verify': {
    'shared/rules': 'it checks its options',
    trigger: 'it implements the verifier port of onBehalfOf',
  },
  sweeper: {
    'shared/cognito': 'the trigger of a pending effect',
    'shared/aws': 'it looks users up in Cognito',
    'shared/lambda': 'its log line has metrics in the same namespace',
    'shared/ledger': 'it runs the pending effects of the ledger',
    'shared/rules': 'it evaluates the conditions around an effect',
  },
  index: {
    'shared/cognito': 'names of triggers and sources',
    'shared/rules': 'the rule language',
    'shared/lambda': 'types of handlers',
    'shared/email': 'domains',
    'shared/settings': 'maskInitErrors',
    'shared/messages': 'the texts of refusals',
  },
  client: {},
  testing: {
    trigger: 'types of events',
    'shared/mail': 'a mailer in memory',
    'shared/sender': 'codes and claims in memory',
    'shared/sms': 'a texter in memory',
    'shared/cognito': 'the trigger sources of its events',
    'shared/rules': 'results of handlers; the port of once',
    'shared/lambda': 'it observes an invocation',
    'shared/blocks': 'a block list in memory',
    'shared/profiles': 'profiles in memory',
    'shared/limits': 'a counter in memory',
    'shared/invites': 'invitations in memory',
    'shared/canonical': 'mailboxes in memory',
    'shared/email': 'mailboxes in memory are compared in the same way',
    'shared/waitlist': 'a waiting list in memory',
    'shared/seen': 'the times of users in memory',
    rules: 'a webhook and an event bus in memory',
    'shared/ledger': 'a ledger in memory has the same waits',
  },
  esbuild: { 'shared/email': 'it builds domain lists' },
  'tools/lib': {
    esbuild: 'it bundles a handler from its source',
    'shared/cognito': 'names, sources and folders of triggers',
    'shared/settings': 'the log settings of every handler',
    'shared/rules': 'it describes rules; the base class of errors',
  },
  'tools/local': {
    'shared/ledger': 'its effect table has the same index',
    'shared/rules': 'the base class of errors',
    'tools/lib': 'the error for a missing peer dependency',
  },
  'tools/replay': {
    'shared/cognito': 'the response fields of a trigger',
    'shared/messages': 'the maximum lengths of messages',
    'shared/blocks': 'a seed adds blocks',
    'shared/invites': 'a seed adds invitations',
    'shared/lambda': 'its child process finds the handlers that a file creates',
    'shared/rules': 'its child process observes rules',
    'tools/lib': 'events, handlers, environment',
    'tools/project': 'the functions of the project',
    'tools/local': 'embedded services',
  },
  'tools/pool': {
    'shared/cognito': 'the facts about triggers; the types of events',
    'shared/rules': 'the base class of errors; it checks the types of values',
    'tools/lib': 'errors, JSON, descriptions of rules',
    'tools/local': 'loopback services; the encryption of codes',
    'tools/project': 'the pools and functions of the project',
    'tools/replay': 'the runner of functions; embedded services',
  },
  'tools/project': {
    'shared/cognito': 'the keys of LambdaConfig',
    'shared/rules': 'it checks the types of values',
    'tools/lib': 'errors, programs',
  },
  'tools/doctor': {
    'shared/directory': 'it estimates the time of password hashes',
    'shared/cognito': 'the facts about triggers',
    'shared/lambda': 'it compares the masked message of a handler that fails at init',
    'shared/rules': 'it reads the declarations of rules',
    'tools/lib': 'handlers, environment',
    'tools/project': 'templates and functions',
    'tools/replay': 'it loads handlers in the child process of replay',
  },
  'tools/init': { 'tools/lib': 'the settings of events; the path of this package' },
  'tools/add': {
    'shared/cognito': 'the folders of triggers',
    'shared/rules': 'it reads the declarations of rules',
    'tools/init': 'the files of a handler',
    'tools/lib': 'errors, bundles, the path of this package',
    'tools/project': 'the configuration that it adds to',
    'tools/replay': 'it loads handlers in the child process of replay',
  },
  'tools/cli': {
    'shared/cognito': 'attach and help list triggers',
    esbuild: 'domains build writes the same file as the bundler',
    'shared/email': 'domains query reads a list; blocked compares addresses',
    'shared/blocks': 'block, unblock, blocked and erase change and read blocks',
    'shared/directory': 'import-check parses password hashes',
    'shared/lambda': 'effects recover reads log lines',
    'shared/ledger': 'effects reads and changes the ledger',
    'shared/invites': 'invite creates, lists and revokes invitations',
    'shared/messages': 'replay shows the text of an email',
    'shared/rules': 'effects writes pending effects as rules do',
    'shared/seen': 'inactive and erase read the table of the rule lastSeen',
    'shared/canonical': 'erase finds the mailbox of a user',
    'shared/waitlist': 'erase finds the address on the waiting list',
    'tools/add': 'lifeguard add',
    'tools/doctor': 'lifeguard doctor',
    'tools/init': 'lifeguard init',
    'tools/lib': 'helpers of all commands',
    'tools/project': 'lifeguard doctor reads the project',
    'tools/pool': 'lifeguard dev and record',
    'tools/replay': 'lifeguard replay, explain and precompile',
  },
}

/** Small helpers that every file of src may import. They import nothing. */
const FOR_ALL = ['shared/lazily.ts', 'shared/lines.ts', 'shared/response-body.ts']

// The only files that may import the AWS SDK, so that a bundle without these files does not contain the SDK.
const ADAPTERS = /^(?:shared\/aws|tools)\/|\/(?:dynamo|ses|sns|cognito|event-bridge)-[\w-]+\.ts$/

interface Import {
  readonly from: string
  readonly to: string
}

const packages: Import[] = []
const relatives: Import[] = []
const triggers = new Set<string>()
/** The files of each deployed function: handler.ts and its relative imports. `lifeguard init` copies these files. */
const deployed = new Set<string>()

beforeAll(async () => {
  for await (const file of glob('src/**/*.ts', { cwd: repository })) {
    const from = file.replaceAll('\\', '/').replace('src/', '')
    if (/^[\w-]+\/trigger\.ts$/.test(from)) triggers.add(dirname(from))
    for (const [, to = ''] of readFileSync(join(repository, file), 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)) {
      if (to.startsWith('.')) relatives.push({ from, to: posix.join(posix.dirname(from), to) })
      else packages.push({ from, to })
    }
  }
  addReached(
    deployed,
    relatives.map(({ from }) => from).filter((file) => /^[\w-]+\/handler\.ts$/.test(file)),
  )
})

function addReached(found: Set<string>, files: readonly string[]): void {
  for (const file of files) {
    if (found.has(file)) continue
    found.add(file)
    addReached(
      found,
      relatives.filter(({ from }) => from === file).map(({ to }) => to),
    )
  }
}

function findRoom(file: string): string {
  const [first = '', second = ''] = file.split('/')
  if (FOR_ALL.includes(file)) return file
  if (first === 'shared' || first === 'tools') return `${first}/${second}`
  return triggers.has(first) ? 'trigger' : first.replace(/\.ts$/, '')
}

/** Returns true if an import stays in one folder. The folders of two triggers count as two, although the map calls both `trigger`. */
function isSameRoom({ from, to }: Import): boolean {
  return findRoom(from) === findRoom(to) && (findRoom(from) !== 'trigger' || dirname(from) === dirname(to))
}

describe('the imports of src', () => {
  it('every import between two folders of src is in the map', () => {
    const wrong = relatives.filter((each) => {
      const { from, to } = each
      if (isSameRoom(each) || FOR_ALL.includes(to) || deployed.has(from)) return false
      return MAP[findRoom(from)]?.[findRoom(to)] === undefined
    })
    expect(wrong).toEqual([])
  })

  it('every entry of the map of imports is needed by an import', () => {
    const used = new Set(relatives.map(({ from, to }) => `${findRoom(from)} -> ${findRoom(to)}`))
    const edges = Object.entries(MAP).flatMap(([room, others]) => Object.keys(others).map((other) => `${room} -> ${other}`))
    expect(edges.filter((edge) => !used.has(edge))).toEqual([])
  })

  it('the folders of the map have no circular imports', () => {
    const above = new Map<string, ReadonlySet<string>>()
    const reached = (room: string, path: readonly string[] = []): ReadonlySet<string> => {
      if (path.includes(room)) throw new Error(`circular import: ${[...path, room].join(' -> ')}`)
      const found = above.get(room) ?? new Set(Object.keys(MAP[room] ?? {}).flatMap((each) => [each, ...reached(each, [...path, room])]))
      above.set(room, found)
      return found
    }
    for (const room of Object.keys(MAP)) expect(reached(room)).not.toContain(room)
  })

  it('only shared/lambda imports middy, and only tools imports zod', () => {
    expect(packages.filter(({ from, to }) => to.startsWith('@middy/') && !from.startsWith('shared/lambda/'))).toEqual([])
    expect(packages.filter(({ from, to }) => to.startsWith('zod') && !from.startsWith('tools/'))).toEqual([])
  })

  it('only adapters import the AWS SDK', () => {
    expect(packages.filter(({ from, to }) => to.startsWith('@aws-sdk/') && !ADAPTERS.test(from))).toEqual([])
  })
})

describe('a deployed function', () => {
  it('a deployed function imports no package but cognito-lifeguard, and from other functions only their chain and settings', () => {
    const others = relatives.filter(({ from, to }) => deployed.has(from) && dirname(from) !== dirname(to))
    expect(others.filter(({ to }) => !/\/(?:settings|default-chain)\.ts$/.test(to))).toEqual([])
    expect(packages.filter(({ from, to }) => deployed.has(from) && !to.startsWith('cognito-lifeguard'))).toEqual([])
  })

  it('the package imports no file of a deployed function', () => {
    expect(relatives.filter(({ from, to }) => !deployed.has(from) && deployed.has(to))).toEqual([])
  })
})

describe('docs/architecture.md', () => {
  it('a warm pre sign-up handler with two rules executes at most 13 files, and docs/architecture.md lists them', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, 'scripts/walk.ts')])
    const walked = [...stdout.matchAll(/^(\S+\.ts): /gm)].map(([, file]) => file)
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
    const [, diagram = ''] = /these 13 files:\n\n((?: {4}.*\n)+)/.exec(page) ?? []
    const drawn = [...diagram.matchAll(/^ +(\S+\.ts)/gm)].map(([, file]) => file)
    expect([...new Set(drawn)].toSorted()).toEqual(walked.toSorted())
    expect(walked.length).toBeLessThanOrEqual(13)
  })

  it('docs/architecture.md names every folder of the map of imports', () => {
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
    for (const room of Object.keys(MAP))
      if (room !== 'index') expect(page, room).toContain(room.replace(/^shared\/(?=ledger|limits|profiles)|^tools\//, ''))
  })
})
