import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createFolder, event, type Finished, handler, lifeguard, readStream, start } from '../../support/cli/lifeguard.ts'

/** Whether a process runs. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400 && !(await condition()); tries += 1) await sleep(25)
}

/** A handler that leaves its process id and hangs. */
const HANGING =
  "import { writeFileSync } from 'node:fs'\nexport const handler = () => { writeFileSync('pid', String(process.pid)); for (;;); }\n"

describe('a replay that is ended', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s stops the services and even a busy handler, and says so in its exit code', async (signal, exitCode) => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    const pid = async (): Promise<number> => Number(await readFile(join(cwd, 'pid'), 'utf8').catch(() => '0'))
    await until(async () => (await pid()) > 0)
    const handlerPid = await pid()
    expect(runs(handlerPid)).toBe(true)

    child.kill(signal)
    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    expect({ code, stderr }).toEqual({ code: exitCode, stderr: '' })
    await until(() => !runs(handlerPid))
    expect(runs(handlerPid)).toBe(false)
  })

  it('ends also while it waits for standard input', async () => {
    const child = start(['replay', '-', '--services', 'none', ...handler('approve.js')])
    child.stdin?.write(`${JSON.stringify(event())}\n`)
    await once(child.stdout ?? child, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([130, null])
  })

  it('ends quietly when nobody reads its output any more', async () => {
    const cwd = await createFolder({ 'many.ndjson': `${JSON.stringify(event())}\n`.repeat(50_000) })
    const child = start(['replay', 'many.ndjson', '--json', '--services', 'none', ...handler('approve.js')], { cwd })
    const stderr = readStream(child.stderr)
    await once(child.stdout ?? child, 'data')
    child.stdout?.destroy()
    expect(await once(child, 'close')).toEqual([0, null])
    expect(await stderr).toBe('')
  })
})

/** Blocks the process that runs the command, for good, as soon as it has begun. */
const BLOCKING = `
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.send) setImmediate(() => {
  writeFileSync('pid', String(process.pid))
  for (;;);
})
`

describe('a command that computes without an end', () => {
  it.each([
    ['SIGINT', 130, ['doctor', 'template.json']],
    ['SIGTERM', 143, ['doctor', 'template.json']],
    ['SIGINT', 130, ['domains', 'build', 'list.txt']],
    ['SIGTERM', 143, ['domains', 'check', 'list.domains', 'example.com']],
    ['SIGINT', 130, ['replay', 'a.json', '--services', 'none', ...handler('approve.js')]],
    ['SIGTERM', 143, ['explain', 'a.json', '--services', 'none', ...handler('approve.js')]],
    ['SIGTERM', 143, ['effects', 'list']],
    ['SIGINT', 130, ['attach', '--help']],
    ['SIGTERM', 143, ['init', 'app']],
  ] as const)('ends at once by the second %s, with %d: %j', async (signal, exitCode, args) => {
    const cwd = await createFolder({
      'a.json': event(),
      'template.json': { Resources: {} },
      'list.txt': 'example.com\n',
      'block.mjs': BLOCKING,
    })
    const child = start(args, { cwd, env: { NODE_OPTIONS: `--import=${join(cwd, 'block.mjs')}` } })
    const pid = async (): Promise<number> => Number(await readFile(join(cwd, 'pid'), 'utf8').catch(() => '0'))
    await until(async () => (await pid()) > 0)
    const busy = await pid()

    child.kill(signal)
    await sleep(200)
    const survived = runs(busy)
    child.kill(signal)
    const ended = await Promise.race([once(child, 'close'), sleep(5000, 'still there')])

    expect({ survived, ended }).toEqual({ survived: true, ended: [exitCode, null] })
    await until(() => !runs(busy))
    expect(runs(busy)).toBe(false)
  })

  it('takes a signal that npm passes on at once for the same key', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    await until(async () => (await readFile(join(cwd, 'pid'), 'utf8').catch(() => '')) !== '')

    child.kill('SIGINT')
    child.kill('SIGINT')

    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    const handlerPid = Number(await readFile(join(cwd, 'pid'), 'utf8'))
    await until(() => !runs(handlerPid))
    expect({ code, stderr, handlerRuns: runs(handlerPid) }).toEqual({ code: 130, stderr: '', handlerRuns: false })
  })
})

/** Runs a command of which one process runs other code first. */
async function withFirst(code: string): Promise<Finished> {
  const cwd = await createFolder({ 'first.mjs': code })
  return lifeguard(['--version'], { cwd, env: { NODE_OPTIONS: `--import=${join(cwd, 'first.mjs')}` } })
}

describe('a command that ends by itself', () => {
  it.each([
    ['SIGKILL', 137, 'the command was ended by SIGKILL; the system may have run out of memory'],
    ['SIGUSR2', 140, 'the command was ended by SIGUSR2'],
  ])('by %s is reported', async (signal, code, text) => {
    const finished = await withFirst(`if (process.send) process.kill(process.pid, '${signal}')`)
    expect(finished).toEqual({ code, stdout: '', stderr: `lifeguard: ${text}\n` })
  })

  it.each([
    ['is missing', "process.execPath = '/missing/\\u001b[31mnode'", 'spawn /missing/\\u001b[31mnode ENOENT'],
    ['gets too much', "process.env.LONG = 'a'.repeat(2 ** 24)", 'spawn E2BIG'],
  ])('because its program %s is reported without a stack', async (_, code, text) => {
    const finished = await withFirst(code)
    expect(finished).toEqual({ code: 2, stdout: '', stderr: `lifeguard: the command cannot be run: ${text}\n` })
  })
})

describe('a command whose starter is killed', () => {
  it('ends too, with its handlers', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    const pid = async (): Promise<number> => Number(await readFile(join(cwd, 'pid'), 'utf8').catch(() => '0'))
    await until(async () => (await pid()) > 0)
    const handlerPid = await pid()

    child.kill('SIGKILL')

    await until(() => !runs(handlerPid))
    expect(runs(handlerPid)).toBe(false)
  })
})
