import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../src/shared/cognito/triggers.ts'
import { repository } from './support/built.ts'
import { FOLDERS } from './support/triggers.ts'

/** Files and folders that may name several triggers, and why. No other may: the table lists triggers, and src is searched for their folders. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'serverless.yml': 'one block for each function',
  'package.json': 'one entry for each folder; the test below holds it to them',
  'src/tools/doctor/checks/clients.ts': 'a finding about three triggers together',
  'src/tools/doctor/checks/pools.ts': 'a finding about three triggers together',
  'bench/events.ts': 'the events of the programs that are measured',
  'bench/programs.ts': 'the programs that are measured, beside those of peers',
  'chaos/child-messages.ts': 'the functions of the journey',
  'chaos/journey.ts': "a user's journey from sign-up to sign-in",
  'chaos/users.ts': 'the events of the journey',
  'test/events/events.test.ts': 'the sample events tell one story from sign-up to sign-in',
  'test/support/samples.ts': 'a made-up trigger of each kind',
  'test/support/events.ts': 'an event of each trigger, for the tests of rules',
  'test/types/aws-events.test-d.ts': "the type of each trigger's event",
  'test/types/language.test-d.ts': 'rules of one trigger where another is expected',
  'test/types/wrong-trigger.test.ts': 'rules of one trigger in the function of another',
  'test/tools/': 'the tools work with any trigger: several are examples',
  'test/package/': 'what is deployed of each function',
}

const isException = (path: string): boolean =>
  Object.keys(EXCEPTIONS).some((each) => (each.endsWith('/') ? path.startsWith(each) : path === each))

const FILES = ['{src,scripts,starter,bench,chaos,deploy,test}/**/*.{ts,js,mjs,cjs,json,yml,yaml,txt}', '*.{ts,json}', 'serverless*.yml']
// The table itself. What is installed, built or recorded is no source.
const LEFT_OUT = /^src\/shared\/cognito\/triggers\.ts$|(?:^|\/)(?:node_modules|dist|package-lock\.json)(?:\/|$)|^bench\/results/

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** A trigger's name, as LambdaConfig has it and as a key of functions, and its folder; as words of their own. */
const patterns = new Map(
  TRIGGER_NAMES.map((name): [TriggerName, RegExp] => [
    name,
    new RegExp(`(?<![\\w-])(?:${name}|${lowerFirst(name)}|${triggerFacts(name).folder})(?![\\w-])`),
  ]),
)

/** The folders of the triggers that a text names: those of one folder belong together. */
function findFolders(text: string): readonly string[] {
  return toFolders(TRIGGER_NAMES.filter((name) => patterns.get(name)?.test(text)))
}

/** The folders of the triggers of which a text names a source. */
function foldersOfSources(text: string): readonly string[] {
  return toFolders(TRIGGER_NAMES.filter((name) => Object.keys(triggerFacts(name).sources).some((source) => text.includes(source))))
}

function toFolders(names: readonly TriggerName[]): readonly string[] {
  return [...new Set(names.map((name) => triggerFacts(name).folder))]
}

function namesSeveral(text: string): boolean {
  return findFolders(text).length >= 3 || foldersOfSources(text).length >= 2
}

/** A few triggers are examples in a test. A list that a new trigger would have to join has had four from the beginning. */
function namesMany(text: string): boolean {
  return new Set([...findFolders(text), ...foldersOfSources(text)]).size >= 4
}

async function filesThatNameSeveral(): Promise<readonly string[]> {
  const found: string[] = []
  for (const pattern of FILES) {
    for await (const file of glob(pattern, { cwd: repository, exclude: (path) => LEFT_OUT.test(path) })) {
      const path = file.replaceAll('\\', '/')
      if (LEFT_OUT.test(path)) continue
      const text = readFileSync(join(repository, path), 'utf8')
      if (path.startsWith('test/') ? namesMany(text) : namesSeveral(text)) found.push(path)
    }
  }
  return found.toSorted()
}

describe('triggers', () => {
  it('are listed in their table alone, but for the exceptions', async () => {
    expect((await filesThatNameSeveral()).filter((path) => !isException(path))).toEqual([])
  })

  it('have no exception for a file that does not need it', async () => {
    const several = await filesThatNameSeveral()
    expect(Object.keys(EXCEPTIONS).filter((each) => !several.some((path) => path.startsWith(each)))).toEqual([])
  })
})

describe('package.json', () => {
  it('exports the folder of each trigger and the other entries, and nothing else', async () => {
    const { exports }: { exports: Readonly<Record<string, unknown>> } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    const entries = new Map([['.', 'index'], ...FOLDERS.map((folder) => [`./${folder}`, `${folder}/index`] as const)])
    for await (const file of glob('src/{*,shared/*}/index.ts', { cwd: repository })) {
      const path = file.replaceAll('\\', '/').replace(/^src\/(.*)\.ts$/, '$1')
      entries.set(`./${path.replace(/^shared\/|\/index$/g, '')}`, path)
    }
    entries.set('./rules/email-domains', 'rules/email-domains')
    const expected = [...entries].map(([subpath, path]) => [subpath, { types: `./lib/${path}.d.ts`, default: `./lib/${path}.js` }])
    expect(exports).toEqual({ ...Object.fromEntries(expected), './package.json': './package.json' })
  })
})
