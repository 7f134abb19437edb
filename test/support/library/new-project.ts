import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { unzip } from '../package/unzip.ts'
import { DEPLOYED, loadContracts, ordinaryEvent } from '../triggers.ts'
import { command, type PackedLibrary } from './pack.ts'

const REGISTRY_ANSWERS = await answers()

/**
 * Defines tests that follow the README of a project that `lifeguard init` of the packed library creates. The tests are skipped if
 * npm's registry cannot be reached.
 */
export function describeNewProject(library: () => PackedLibrary): void {
  const title = 'a project that lifeguard init of the packed library creates'
  if (!REGISTRY_ANSWERS) describe.skip(`${title} (SKIPPED: npm's registry is out of reach)`, () => suite(library))
  else describe(title, () => suite(library))
}

// npm and npx are slow on a busy machine.
const NPM = { timeout: 240_000 }

function suite(library: () => PackedLibrary): void {
  let folder: string
  const run = (...words: readonly [string, ...string[]]): Promise<string> => command(words[0], words.slice(1), folder)

  beforeAll(async () => {
    const { installed, tarball } = library()
    folder = join(dirname(tarball), 'people')
    await command(
      process.execPath,
      [join(installed, 'lib/tools/cli/main.js'), 'init', folder, '--domain', 'example.net', '--package', tarball],
      dirname(tarball),
    )
    // Installs only packages of the lock file. They are in npm's cache, because this repository has installed them.
    await run('npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund')
  }, NPM.timeout)

  it('replays the events of a new project as expected, without further setup', NPM, async () => {
    const printed = await run('npx', 'lifeguard', 'replay')
    expect(printed).toMatch(/^(\d+) events: .*\n\1 as expected; /m)
  })

  it('replays every published sample event of the deployed triggers as expected in a new project', NPM, async () => {
    const folders = DEPLOYED.filter((each) => existsSync(join(library().installed, 'events', each)))
    const printed = await run('npx', 'lifeguard', 'replay', ...folders.map((each) => `node_modules/cognito-lifeguard/events/${each}`))
    const files = await Promise.all(folders.map((each) => readdir(join(library().installed, 'events', each))))
    const events = files.flat().filter((file) => file.endsWith('.expect.json'))
    expect(events.length).toBeGreaterThan(50)
    expect(printed).toContain(`\n${events.length} as expected; `)
  })

  it('precompiles the handlers in the build of a new project', NPM, async () => {
    for (const block of (await loadContracts()).filter(({ optional }) => !optional)) {
      const folder = `dist/${block.folder}`
      const printed = await run('npx', 'lifeguard', 'precompile', folder, '--event', `events/${ordinaryEvent(block)}.json`)
      expect(printed).toBe(`${folder}: already precompiled\n`)
    }
  })

  it('passes the tests and the type check of a new project', NPM, async () => {
    await Promise.all([run('npm', 'test'), run('npm', 'run', 'check')])
  })

  it('packages only one bundle for each function, and doctor reports no findings', NPM, async () => {
    await run('npm', 'run', 'package')
    const zips = (await readdir(join(folder, '.serverless'))).filter((file) => file.endsWith('.zip'))
    const { Resources } = JSON.parse(await readFile(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8'))
    const names = Object.values<{ Type: string; Properties: { FunctionName: string } }>(Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' ? [Properties.FunctionName.replace(/^.*-/, '')] : [],
    )
    expect(zips.toSorted()).toEqual(names.map((name) => `${name}.zip`).toSorted())
    for (const zip of zips) {
      const files = [...unzip(await readFile(join(folder, '.serverless', zip))).keys()]
      expect(files.map((file) => file.replace(/^dist\/[\w-]+\//, ''))).toEqual(expect.arrayContaining(['handler.js', 'package.json']))
      expect(files.filter((file) => !/^dist\/[\w-]+\/([\w-]+\.js|package\.json)$/.test(file))).toEqual([])
    }
    const report = await promisify(execFile)('npx', ['lifeguard', 'doctor', '--json'], { cwd: folder }).catch((error) => error)
    const { findings, notJudged } = JSON.parse(report.stdout)
    expect(notJudged).toEqual([])
    expect(findings).toEqual([])
  })
}

/** Returns true if npm reaches its registry, with npm's own proxy settings. */
async function answers(): Promise<boolean> {
  const asked = ['view', 'dynalite', 'version', '--fetch-retries=0', '--fetch-timeout=5000']
  return promisify(execFile)('npm', asked).then(
    () => true,
    () => false,
  )
}
