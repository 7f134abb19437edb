import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../bench/options.ts'
import { UsageError } from '../../src/tools/lib/errors.ts'

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

describe('readOptions', () => {
  it('defaults to a full run that writes its results', () => {
    expect(readOptions([])).toEqual({ seed: expect.any(Number), rounds: 31, endsAt: Number.POSITIVE_INFINITY, json: false, write: true })
  })

  it('writes nothing in a short run, unless --write is given', () => {
    expect(readOptions(['--short'])).toMatchObject({ rounds: 7, write: false })
    expect(readOptions(['--short', '--write'])).toMatchObject({ write: true })
  })

  it('limits a short run to two minutes, unless --rounds is given', () => {
    expect(readOptions(['--short'])).toMatchObject({ endsAt: 95_000 })
    expect(readOptions(['--short', '--rounds', '50'])).toMatchObject({ endsAt: Number.POSITIVE_INFINITY })
  })

  it('returns the given rounds and seed', () => {
    expect(readOptions(['--rounds', '99', '--seed', '7'])).toMatchObject({ rounds: 99, seed: 7 })
  })

  it.each([
    [['--rounds', '2'], '--rounds 2: expected a whole number from 3 to 1000'],
    [['--rounds', 'many'], '--rounds many: expected a whole number'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--fast'], "Unknown option '--fast'; see npm run bench -- --help"],
    [['pre-signup'], "Unexpected argument 'pre-signup'"],
  ])('rejects %j with a message that names the problem', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })

  it('makes the command exit with 2 and print nothing on standard output when an option is invalid', async () => {
    const ended = await new Promise((resolve) => {
      execFile(process.execPath, [main, '--json', '--rounds', '0'], (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      )
    })
    expect(ended).toEqual({ code: 2, stdout: '', stderr: 'bench: --rounds 0: expected a whole number from 3 to 1000\n' })
  })
})
