import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createFolder, event, type Finished, handler, readStream, spawnLifeguard, start } from '../../support/cli/lifeguard.ts'

/** Returns true if a process is running. */
function isRunning(pid: number): boolean {
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

/** A handler that writes its process id to a file and never returns. */
const HANGING =
  "import { writeFileSync } from 'node:fs'\nexport const handler = () => { writeFileSync('pid', String(process.pid)); for (;;); }\n"

describe('an interrupted replay', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops the services and a busy handler on %s, and exits with %d', async (signal, exitCode) => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    const pid = async (): Promise<number> => Number(await readFile(join(cwd, 'pid'), 'utf8').catch(() => '0'))
    await until(async () => (await pid()) > 0)
    const handlerPid = await pid()
    expect(isRunning(handlerPid)).toBe(true)

    child.kill(signal)
    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    expect({ code, stderr }).toEqual({ code: exitCode, stderr: '' })
    await until(() => !isRunning(handlerPid))
    expect(isRunning(handlerPid)).toBe(false)
  })

  it('exits on SIGINT while replay waits for standard input', async () => {
    const child = start(['replay', '-', '--services', 'none', ...handler('approve.js')])
    child.stdin?.write(`${JSON.stringify(event())}\n`)
    await once(child.stdout ?? child, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([130, null])
  })

  it('exits with 0 and without a message when the reader of the output closes the pipe', async () => {
    const cwd = await createFolder({ 'many.ndjson': `${JSON.stringify(event())}\n`.repeat(50_000) })
    const child = start(['replay', 'many.ndjson', '--json', '--services', 'none', ...handler('approve.js')], { cwd })
    const stderr = readStream(child.stderr)
    await once(child.stdout ?? child, 'data')
    child.stdout?.destroy()
    expect(await once(child, 'close')).toEqual([0, null])
    expect(await stderr).toBe('')
  })
})

/** A preloaded module that blocks the command's process in an infinite loop. */
const BLOCKING = `
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.send) setImmediate(() => {
  writeFileSync('pid', String(process.pid))
  for (;;);
})
`

describe('a command in an infinite loop', () => {
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
  ] as const)('kills a command in an infinite loop when a second %s arrives, and exits with %d: %j', async (signal, exitCode, args) => {
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
    const survived = isRunning(busy)
    child.kill(signal)
    const ended = await Promise.race([once(child, 'close'), sleep(5000, 'still there')])

    expect({ survived, ended }).toEqual({ survived: true, ended: [exitCode, null] })
    await until(() => !isRunning(busy))
    expect(isRunning(busy)).toBe(false)
  })

  it('counts two SIGINT at once as one key press, because npm forwards Ctrl-C', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    await until(async () => (await readFile(join(cwd, 'pid'), 'utf8').catch(() => '')) !== '')

    child.kill('SIGINT')
    child.kill('SIGINT')

    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    const handlerPid = Number(await readFile(join(cwd, 'pid'), 'utf8'))
    await until(() => !isRunning(handlerPid))
    expect({ code, stderr, handlerRuns: isRunning(handlerPid) }).toEqual({ code: 130, stderr: '', handlerRuns: false })
  })
})

/** Runs a command. Preloads a module in the process of the command and in its parent process. */
async function withFirst(code: string): Promise<Finished> {
  const cwd = await createFolder({ 'first.mjs': code })
  return spawnLifeguard(['--version'], { cwd, env: { NODE_OPTIONS: `--import=${join(cwd, 'first.mjs')}` } })
}

describe('a command whose process fails', () => {
  it.each([
    ['SIGKILL', 137, 'The command was killed by SIGKILL. The system may be out of memory'],
    ['SIGUSR2', 140, 'The command was killed by SIGUSR2'],
  ])('reports that the command was killed by %s', async (signal, code, text) => {
    const finished = await withFirst(`if (process.send) process.kill(process.pid, '${signal}')`)
    expect(finished).toEqual({ code, stdout: '', stderr: `lifeguard: ${text}\n` })
  })

  it.each([
    ['the program is missing', "process.execPath = '/missing/\\u001b[31mnode'", 'spawn /missing/\\u001b[31mnode ENOENT'],
    ['the environment is too large', "process.env.LONG = 'a'.repeat(2 ** 24)", 'spawn E2BIG'],
  ])('reports without a stack trace that the command cannot start if %s', async (_, code, text) => {
    const finished = await withFirst(code)
    expect(finished).toEqual({ code: 2, stdout: '', stderr: `lifeguard: Cannot start the command: ${text}\n` })
  })
})

describe('a command whose parent process is killed', () => {
  it('stops the handlers when the parent process of a command is killed', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'hang.mjs': HANGING })
    const child = start(['replay', 'a.json', '--handler', 'preSignUp=hang.mjs'], { cwd })
    const pid = async (): Promise<number> => Number(await readFile(join(cwd, 'pid'), 'utf8').catch(() => '0'))
    await until(async () => (await pid()) > 0)
    const handlerPid = await pid()

    child.kill('SIGKILL')

    await until(() => !isRunning(handlerPid))
    expect(isRunning(handlerPid)).toBe(false)
  })
})
