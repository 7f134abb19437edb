import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createFolder, event, parseNdjson, start } from '../../support/cli/lifeguard.ts'

const APPROVE = 'export const handler = async (event) => event\n'
const REFUSE = 'export const handler = async () => { throw new Error("no") }\n'

it('replays again with --watch when an event or a handler changes, even after an invalid event', async () => {
  const cwd = await createFolder({ 'events/a.json': event(), 'handler.mjs': APPROVE })
  const child = start(['replay', '--watch', '--json', '--services', 'none', '--handler', 'preSignUp=handler.mjs'], { cwd })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const waits = async (times: number): Promise<void> => {
    for (let tries = 0; tries < 400 && stderr.split('Waiting for a change').length <= times; tries += 1) await sleep(25)
    // The command starts to watch the files just after it prints the line, so an immediate change could go unnoticed.
    await sleep(100)
  }

  await waits(1)
  await writeFile(join(cwd, 'handler.mjs'), REFUSE)
  await waits(2)
  await writeFile(join(cwd, 'events/a.json'), '{')
  await waits(3)
  await writeFile(join(cwd, 'events/a.json'), JSON.stringify(event('PreSignUp_AdminCreateUser')))
  await waits(4)
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([130, null])

  expect(parseNdjson(stdout).map(({ triggerSource, outcome }) => [triggerSource, outcome])).toEqual([
    ['PreSignUp_SignUp', 'proceed'],
    ['PreSignUp_SignUp', 'denied'],
    [null, null],
    ['PreSignUp_AdminCreateUser', 'denied'],
  ])
})

it('replays once after a change of a source, although the build changes the bundle too', async () => {
  const cwd = await createFolder({
    'events/a.json': event(),
    'src/handler.js': APPROVE,
    'package.json': {
      type: 'module',
      scripts: { build: `${join(process.cwd(), 'node_modules/.bin/esbuild')} src/handler.js --sourcemap --outfile=dist/handler.js` },
    },
  })
  await promisify(execFile)('npm', ['run', 'build'], { cwd })
  const child = start(['replay', '--watch', '--json', '--services', 'none', '--handler', 'preSignUp=dist/handler.js'], { cwd })
  let stdout = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  const waitForResults = async (count: number): Promise<void> => {
    for (let tries = 0; tries < 800 && parseNdjson(stdout).length < count; tries += 1) await sleep(25)
    // Long enough for a second replay, which would follow at once.
    await sleep(1500)
  }

  await waitForResults(1)
  await writeFile(join(cwd, 'src/handler.js'), REFUSE)
  await writeFile(join(cwd, 'events/.a.json.swp'), '')
  await waitForResults(2)
  child.kill('SIGINT')
  await once(child, 'close')

  expect(parseNdjson(stdout).map(({ outcome }) => outcome)).toEqual(['proceed', 'denied'])
}, 120_000)
