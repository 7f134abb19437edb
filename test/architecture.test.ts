import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { repository } from './support/built.ts'

/** Which room may import which, and why. A room is a folder; the folder of a trigger is one that holds trigger.ts. */
const MAP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shared/cognito': {},
  'shared/rules': { 'shared/cognito': 'types of triggers, sources and events' },
  'shared/email': { 'shared/rules': 'emailDomainIn is a condition' },
  'shared/lambda': { 'shared/rules': 'a handler runs the engine' },
  'shared/aws': { 'shared/rules': 'an email that SES refused is a NotDoneError' },
  'shared/ledger': { 'shared/cognito': 'types of events', 'shared/aws': 'it lives in DynamoDB', 'shared/rules': 'once uses it as a port' },
  'shared/profiles': {
    'shared/cognito': 'types of attributes',
    'shared/aws': 'they live in DynamoDB',
    'shared/rules': 'they are made of the user of a context',
  },
  'shared/blocks': {
    'shared/aws': 'they live in DynamoDB',
    'shared/email': 'users are blocked by address and domain',
    'shared/rules': 'a block is looked up by the user of a context',
  },
  'shared/settings': {
    'shared/email': 'fields read addresses and domains',
    'shared/lambda': 'fields read the log level; a handler that does not start throws the masked error',
    'shared/rules': 'maskInitErrors awaits a promise as the engine does; the base of errors',
  },
  rules: {
    'shared/cognito': 'names of sources',
    'shared/rules': 'rules',
    'shared/email': 'domains and addresses',
    'shared/blocks': 'blockUsers looks blocks up; its port and store are exported with it',
  },
  trigger: {
    'shared/cognito': 'types of sources and events',
    'shared/rules': 'rules',
    'shared/lambda': 'a trigger is defined by its factory',
    'shared/email': 'domains and addresses',
    'shared/aws': 'adapters',
    'shared/ledger': 'adapters are exported with the trigger that uses them',
    'shared/profiles': 'post confirmation and post authentication write them',
  },
  sweeper: {
    'shared/cognito': 'the trigger of an event that is swept',
    'shared/aws': 'it looks users up in Cognito',
    'shared/lambda': 'its log line counts metrics in the same namespace',
    'shared/ledger': 'it runs what the ledger holds',
    'shared/rules': 'it evaluates the conditions around an effect',
  },
  index: {
    'shared/cognito': 'names of triggers and sources',
    'shared/rules': 'the language',
    'shared/lambda': 'types of handlers',
    'shared/email': 'domains',
    'shared/settings': 'maskInitErrors',
  },
  esbuild: { 'shared/email': 'it builds lists of domains' },
  'tools/lib': {
    esbuild: 'it bundles a handler that is a source',
    'shared/cognito': 'names, sources and folders of triggers',
    'shared/settings': 'the variables that every handler reads',
    'shared/rules': 'it describes rules; the base of errors',
  },
  'tools/local': {
    'shared/ledger': 'its table of effects has the same index',
    'shared/rules': 'the base of errors',
    'tools/lib': 'a missing peer',
  },
  'tools/replay': {
    'shared/cognito': 'the answer that Cognito reads of a trigger',
    'shared/blocks': 'a seed blocks users',
    'shared/rules': 'its process observes rules',
    'tools/lib': 'events, handlers, environment',
    'tools/local': 'embedded services',
  },
  'tools/doctor': {
    'shared/cognito': 'keys of LambdaConfig',
    'shared/lambda': 'it knows the masked message of a handler that does not start',
    'shared/rules': 'it reads what rules declare',
    'tools/lib': 'handlers, environment',
    'tools/replay': 'it loads handlers in the process that replay runs them in',
  },
  'tools/init': { 'tools/lib': 'the settings of events, the own package' },
  'tools/cli': {
    'shared/cognito': 'attach and help name triggers',
    esbuild: 'domains build writes what the build writes',
    'shared/email': 'domains query reads a list',
    'shared/lambda': 'effects recover reads log lines',
    'shared/ledger': 'effects shows and changes the ledger',
    'shared/rules': 'effects are written down as rules do it',
    'tools/doctor': 'lifeguard doctor',
    'tools/init': 'lifeguard init',
    'tools/lib': 'what all commands share',
    'tools/replay': 'lifeguard replay, explain and precompile',
  },
}

/** Small functions that every room may use. They import nothing. */
const FOR_ALL = ['shared/lazily.ts', 'shared/lines.ts']

// A bundle without an adapter holds nothing of the AWS SDK.
const ADAPTERS = /^(?:shared\/aws|tools)\/|\/(?:dynamo|ses|cognito)-[\w-]+\.ts$/

interface Import {
  readonly from: string
  readonly to: string
}

const packages: Import[] = []
const relatives: Import[] = []
const triggers = new Set<string>()
/** Files of a function that is deployed, and copied into new projects: handler.ts and what it imports by a path. */
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

/** Two triggers are two rooms. */
function isSameRoom({ from, to }: Import): boolean {
  return findRoom(from) === findRoom(to) && (findRoom(from) !== 'trigger' || dirname(from) === dirname(to))
}

describe('the rooms of src', () => {
  it('import only what the map allows', () => {
    const wrong = relatives.filter((each) => {
      const { from, to } = each
      if (isSameRoom(each) || FOR_ALL.includes(to) || deployed.has(from)) return false
      return MAP[findRoom(from)]?.[findRoom(to)] === undefined
    })
    expect(wrong).toEqual([])
  })

  it('have no edge in the map that nothing uses', () => {
    const used = new Set(relatives.map(({ from, to }) => `${findRoom(from)} -> ${findRoom(to)}`))
    const edges = Object.entries(MAP).flatMap(([room, others]) => Object.keys(others).map((other) => `${room} -> ${other}`))
    expect(edges.filter((edge) => !used.has(edge))).toEqual([])
  })

  it('import in one direction', () => {
    const above = new Map<string, ReadonlySet<string>>()
    const reached = (room: string, path: readonly string[] = []): ReadonlySet<string> => {
      if (path.includes(room)) throw new Error(`a circle: ${[...path, room].join(' -> ')}`)
      const found = above.get(room) ?? new Set(Object.keys(MAP[room] ?? {}).flatMap((each) => [each, ...reached(each, [...path, room])]))
      above.set(room, found)
      return found
    }
    for (const room of Object.keys(MAP)) expect(reached(room)).not.toContain(room)
  })

  it('have middy in shared/lambda alone, and zod in tools alone', () => {
    expect(packages.filter(({ from, to }) => to.startsWith('@middy/') && !from.startsWith('shared/lambda/'))).toEqual([])
    expect(packages.filter(({ from, to }) => to.startsWith('zod') && !from.startsWith('tools/'))).toEqual([])
  })

  it('have the AWS SDK in adapters alone', () => {
    expect(packages.filter(({ from, to }) => to.startsWith('@aws-sdk/') && !ADAPTERS.test(from))).toEqual([])
  })
})

describe('a deployed function', () => {
  it('imports the toolkit by its name, and of other functions only chain and settings', () => {
    const others = relatives.filter(({ from, to }) => deployed.has(from) && dirname(from) !== dirname(to))
    expect(others.filter(({ to }) => !/\/(?:settings|default-chain)\.ts$/.test(to))).toEqual([])
    expect(packages.filter(({ from, to }) => deployed.has(from) && !to.startsWith('cognito-lifeguard'))).toEqual([])
  })

  it('shares no file with the toolkit', () => {
    expect(relatives.filter(({ from, to }) => !deployed.has(from) && deployed.has(to))).toEqual([])
  })
})

describe('docs/architecture.md', () => {
  it('draws the files that a warm pre sign-up with two rules runs through, at most 13', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, 'scripts/walk.ts')])
    const walked = [...stdout.matchAll(/^(\S+\.ts): /gm)].map(([, file]) => file)
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
    const [, diagram = ''] = /these 13 files:\n\n((?: {4}.*\n)+)/.exec(page) ?? []
    const drawn = [...diagram.matchAll(/^ +(\S+\.ts)/gm)].map(([, file]) => file)
    expect([...new Set(drawn)].toSorted()).toEqual(walked.toSorted())
    expect(walked.length).toBeLessThanOrEqual(13)
  })

  it('names every room of the map', () => {
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
    for (const room of Object.keys(MAP))
      if (room !== 'index') expect(page, room).toContain(room.replace(/^shared\/(?=ledger|profiles)|^tools\//, ''))
  })
})
