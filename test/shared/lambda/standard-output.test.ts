import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { standardOutput, toDescriptor } from '../../../src/shared/lambda/report.ts'

const MODULE = new URL('../../../src/shared/lambda/report.ts', import.meta.url).href
/** Lines longer than the buffer of a pipe, with multi-byte characters. */
const LINES = ['a', 'é', '漢'].map((char) => `${char.repeat(100_000)}\n`)

/** Runs a child process that writes {@link LINES} as in Lambda. Starts to read its output after 50 ms, and returns it. */
async function readLate(first: string, last: string): Promise<string> {
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

  it('writes very long lines through a pipe in Lambda', async () => {
    expect(await readLate('', '')).toBe(LINES.join(''))
  })

  it('keeps lines complete and in order if other code writes to process.stdout too', async () => {
    expect(await readLate("process.stdout.write('before\\n')", "process.stdout.write('after\\n')")).toBe(`before\n${LINES.join('')}after\n`)
  })

  it('continues after a partial write, even inside a multi-byte character', () => {
    const bytes: number[] = []
    standardOutput(true, (data) => bytes.push(Buffer.from(data)[0] ?? 0) && 1)('{"é":"漢"}\n')
    expect(Buffer.from(bytes).toString()).toBe('{"é":"漢"}\n')
  })

  it('writes lines to a file descriptor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'standard-output-'))
    const file = join(folder, 'out')
    const fd = openSync(file, 'w')
    const write = standardOutput(true, toDescriptor(fd))
    for (const line of LINES) write(line)
    closeSync(fd)
    expect(await readFile(file, 'utf8')).toBe(LINES.join(''))
    await rm(folder, { recursive: true })
  })

  it('switches from the file descriptor to process.stdout when the pipe is full', () => {
    const stream: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => stream.push(Buffer.from(chunk).toString()) > 0)
    const written: string[] = []
    const write = standardOutput(true, (data) => {
      if (written.length > 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
      return written.push(Buffer.from(data).subarray(0, 3).toString()) && 3
    })
    write('first\n')
    write('second\n')
    expect(written).toEqual(['fir'])
    expect(stream).toEqual(['st\n', 'second\n'])
  })

  it('throws a write error other than EAGAIN, and uses the file descriptor again for the next line', () => {
    const write = standardOutput(true, () => {
      throw Object.assign(new Error('broken'), { code: 'EPIPE' })
    })
    expect(() => write('first\n')).toThrow('broken')
    expect(() => write('second\n')).toThrow('broken')
  })

  it('writes to process.stdout outside Lambda, even if process.stdout.write was replaced', () => {
    const stream: unknown[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => stream.push(chunk) > 0)
    standardOutput()('line\n')
    expect(stream).toEqual(['line\n'])
  })
})
