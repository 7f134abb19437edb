import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../src/shared/cognito/triggers.ts'
import { repository } from './support/built.ts'
import { FOLDERS } from './support/triggers.ts'

/**
 * Files and folders that may name several triggers, with the reason. Other code must use the TRIGGERS table, so that a new trigger needs
 * no change there.
 */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'serverless.yml': 'one block for each function',
  'deploy/alarms.cjs': 'the effect of a failing trigger on users',
  'package.json': 'one entry for each folder; the test below holds it to them',
  'src/testing/': 'the events of all triggers, for tests of users',
  'src/tools/doctor/checks/clients.ts': 'a finding about three triggers together',
  'src/tools/doctor/checks/pools.ts': 'a finding about three triggers together',
  'src/tools/cli/commands/block/ways-in.ts': 'the ways into an account at which blocks are checked',
  'src/tools/cli/print-result.ts': 'the response of some triggers decides the next step',
  'src/tools/replay/answer-checks.ts': 'each trigger has responses that Cognito rejects',
  'src/tools/pool/': 'the steps of each operation call triggers in an order of their own',
  'bench/events.ts': 'the events of the benchmarked programs',
  'bench/pools/': 'the triggers of each operation, probed in two pools',
  'bench/timing/': 'the rules that look users up, in their triggers',
  'bench/programs.ts': 'the benchmarked programs, and those of other libraries',
  'chaos/child-messages.ts': 'the functions of the journey',
  'chaos/handlers.ts': 'the programs of a run with more effects',
  'chaos/journey.ts': "a user's journey from sign-up to sign-in",
  'chaos/users.ts': 'the events of the journey',
  'test/events/events.test.ts': 'the sample events follow one user from sign-up to sign-in',
  'test/support/fuzz/answer-oracle.ts': 'each trigger has answers that the oracle forbids',
  'test/support/clients/': 'the triggers of a journey of a client',
  'test/support/pool-fuzz/': 'the triggers of a fuzzed pool',
  'test/support/pool-load/': 'the triggers of a pool under load',
  'test/support/pool-sequences/': 'the triggers of each operation, in their order',
  'test/support/samples.ts': 'a fictitious trigger of each kind',
  'test/support/doctor-template.ts': 'a template with the triggers of the checks that compare triggers',
  'test/support/events.ts': 'an event of each trigger, for the tests of rules',
  'test/rules/block-users-pool.test.ts': 'the ways into an account at which blocks are checked',
  'test/client/': 'the refusals of several triggers',
  'test/rules/refusal-codes.test.ts': 'the codes of the rules of all triggers',
  'test/rules/failures.test.ts': 'the decisions of the rules of all triggers',
  'test/testing/': 'the events of the test kit',
  'test/types/aws-events.test-d.ts': "the type of each trigger's event",
  'test/types/language.test-d.ts': 'compile errors for rules of the wrong trigger',
  'test/types/testing.test-d.ts': 'the types of the events of the test kit',
  'test/types/wrong-trigger.test.ts': 'compiler messages for rules of the wrong trigger',
  'test/tools/': 'several triggers are examples, because the tools work with any trigger',
  'test/package/': 'the deployed files of each function',
}

const isException = (path: string): boolean =>
  Object.keys(EXCEPTIONS).some((each) => (each.endsWith('/') ? path.startsWith(each) : path === each))

const FILES = ['{src,scripts,starter,bench,chaos,deploy,test}/**/*.{ts,js,mjs,cjs,json,yml,yaml,txt}', '*.{ts,json}', 'serverless*.yml']
// Files that are not searched for trigger names: the TRIGGERS table itself, and files that are installed, built or recorded.
const LEFT_OUT = /^src\/shared\/cognito\/triggers\.ts$|(?:^|\/)(?:node_modules|dist|package-lock\.json)(?:\/|$)|^bench\/results/

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** For each trigger, a pattern that matches its folder or its LambdaConfig name as a whole word. The name may start with a small letter. */
const patterns = new Map(
  TRIGGER_NAMES.map((name): [TriggerName, RegExp] => [
    name,
    new RegExp(`(?<![\\w-])(?:${name}|${lowerFirst(name)}|${triggerFacts(name).folder})(?![\\w-])`),
  ]),
)

/** Returns the folders of the triggers that a file names. Triggers that share a folder count once. */
function findFolders(text: string): readonly string[] {
  return toFolders(TRIGGER_NAMES.filter((name) => patterns.get(name)?.test(text)))
}

/** Returns the folders of the triggers whose sources a file contains. */
function findSourceFolders(text: string): readonly string[] {
  return toFolders(TRIGGER_NAMES.filter((name) => Object.keys(triggerFacts(name).sources).some((source) => text.includes(source))))
}

function toFolders(names: readonly TriggerName[]): readonly string[] {
  return [...new Set(names.map((name) => triggerFacts(name).folder))]
}

function namesSeveral(text: string): boolean {
  return findFolders(text).length >= 3 || findSourceFolders(text).length >= 2
}

/** Returns true if a test names four or more triggers. Such a test may contain a list that must be extended for a new trigger. */
function namesMany(text: string): boolean {
  return new Set([...findFolders(text), ...findSourceFolders(text)]).size >= 4
}

async function findFilesWithSeveral(): Promise<readonly string[]> {
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

describe('lists of triggers', () => {
  it('no file outside the TRIGGERS table and EXCEPTIONS names several triggers', async () => {
    expect((await findFilesWithSeveral()).filter((path) => !isException(path))).toEqual([])
  })

  it('every file or folder in EXCEPTIONS names several triggers', async () => {
    const several = await findFilesWithSeveral()
    expect(Object.keys(EXCEPTIONS).filter((each) => !several.some((path) => path.startsWith(each)))).toEqual([])
  })
})

describe('package.json', () => {
  it('package.json exports the folder of each trigger and the other entry points, and no other path', async () => {
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
