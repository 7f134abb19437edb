import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { coldStart, standardOutput, toDescriptor } from '../../../src/shared/lambda/runtime.ts'

describe('coldStart', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is the age of the process when the handler was made, for the first invocation alone', () => {
    const spent = coldStart(1500, true)
    expect([spent(1520), spent(1530), spent(9000)]).toEqual([1500, 0, 0])
  })

  it('counts up to a quarter of a second of waiting as the same cold start', () => {
    expect(coldStart(1500, true)(1750)).toBe(1500)
    expect(coldStart(1500, true)(1751)).toBe(0)
  })

  it('is none where the environment was made ahead of its first event, for later invocations too', () => {
    const spent = coldStart(1500, true)
    expect([spent(60_000), spent(60_001)]).toEqual([0, 0])
  })

  it('is none outside Lambda, whose runtime alone defines awslambda.streamifyResponse', () => {
    expect(coldStart(1500, false)(1501)).toBe(0)
    expect(coldStart(1500)(1501)).toBe(0)
    vi.stubGlobal('awslambda', { streamifyResponse: () => undefined })
    expect(coldStart(1500)(1501)).toBe(1500)
  })

  it.each([
    ['the AWS SDK', () => import('@aws-sdk/client-dynamodb')],
    ['Powertools', () => import('@aws-lambda-powertools/logger')],
  ])('is none where %s is loaded outside Lambda, which makes an empty global awslambda', async (_, load) => {
    await load()
    expect(Reflect.has(globalThis, 'awslambda')).toBe(true)
    expect(coldStart(1500)(1501)).toBe(0)
  })
})

const MODULE = new URL('../../../src/shared/lambda/runtime.ts', import.meta.url).href
/** More than a pipe holds, and of more than one byte a character. */
const LINES = ['a', 'é', '漢'].map((char) => `${char.repeat(100_000)}\n`)

/** What a reader that is late gets from a process in Lambda that writes these lines. */
async function written(first: string, last: string): Promise<string> {
  const program = `
    globalThis.awslambda = { streamifyResponse() {} }
    const { standardOutput } = await import(${JSON.stringify(MODULE)})
    ${first}
    const write = standardOutput()
    for (const char of ['a', 'é', '漢']) write(char.repeat(100_000) + '\\n')
    ${last}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await wait(50)
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  const [code] = await closed
  expect(code).toBe(0)
  return text
}

describe('standardOutput', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('gets lines through a pipe in Lambda, however long they are', async () => {
    expect(await written('', '')).toBe(LINES.join(''))
  })

  it('keeps them whole and in order where somebody uses the stream too', async () => {
    expect(await written("process.stdout.write('before\\n')", "process.stdout.write('after\\n')")).toBe(`before\n${LINES.join('')}after\n`)
  })

  it('goes on where a write took only a part, between the bytes of a character too', () => {
    const bytes: number[] = []
    standardOutput(true, (data) => bytes.push(Buffer.from(data)[0] ?? 0) && 1)('{"é":"漢"}\n')
    expect(Buffer.from(bytes).toString()).toBe('{"é":"漢"}\n')
  })

  it('gets whatever goes to its descriptor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'standard-output-'))
    const file = join(folder, 'out')
    const fd = openSync(file, 'w')
    const write = standardOutput(true, toDescriptor(fd))
    for (const line of LINES) write(line)
    closeSync(fd)
    expect(await readFile(file, 'utf8')).toBe(LINES.join(''))
    await rm(folder, { recursive: true })
  })

  it('is left to the stream once the pipe is full, which waits', () => {
    const stream: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => stream.push(Buffer.from(chunk).toString()) > 0)
    const took: string[] = []
    const write = standardOutput(true, (data) => {
      if (took.length > 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
      return took.push(Buffer.from(data).subarray(0, 3).toString()) && 3
    })
    write('first\n')
    write('second\n')
    expect(took).toEqual(['fir'])
    expect(stream).toEqual(['st\n', 'second\n'])
  })

  it('tells of any other trouble, and tries again with the next line', () => {
    const write = standardOutput(true, () => {
      throw Object.assign(new Error('broken'), { code: 'EPIPE' })
    })
    expect(() => write('first\n')).toThrow('broken')
    expect(() => write('second\n')).toThrow('broken')
  })

  it('is the stream outside Lambda, or what somebody has put in its place', () => {
    const stream: unknown[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => stream.push(chunk) > 0)
    standardOutput()('line\n')
    expect(stream).toEqual(['line\n'])
  })
})
