import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../bench/options.ts'
import { UsageError } from '../../src/tools/lib/errors.ts'

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

describe('the options of the bench', () => {
  it('make a full run that writes its results, unless told otherwise', () => {
    expect(readOptions([])).toEqual({ seed: expect.any(Number), rounds: 31, endsAt: Number.POSITIVE_INFINITY, json: false, write: true })
  })

  it('make a short run that writes nothing, unless told to', () => {
    expect(readOptions(['--short'])).toMatchObject({ rounds: 7, write: false })
    expect(readOptions(['--short', '--write'])).toMatchObject({ write: true })
  })

  it('end a short run before two minutes are over, but not one whose rounds somebody asked for', () => {
    expect(readOptions(['--short'])).toMatchObject({ endsAt: 95_000 })
    expect(readOptions(['--short', '--rounds', '50'])).toMatchObject({ endsAt: Number.POSITIVE_INFINITY })
  })

  it('take the number of rounds and the seed of another run', () => {
    expect(readOptions(['--rounds', '99', '--seed', '7'])).toMatchObject({ rounds: 99, seed: 7 })
  })

  it.each([
    [['--rounds', '2'], '--rounds 2: expected a whole number from 3 to 1000'],
    [['--rounds', 'many'], '--rounds many: expected a whole number'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--fast'], "Unknown option '--fast'; npm run bench -- --help tells more"],
    [['pre-signup'], "Unexpected argument 'pre-signup'"],
  ])('are refused in words: %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })

  it('end the command with exit code 2 and nothing on standard output when one is wrong', async () => {
    const ended = await new Promise((resolve) => {
      execFile(process.execPath, [main, '--json', '--rounds', '0'], (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      )
    })
    expect(ended).toEqual({ code: 2, stdout: '', stderr: 'bench: --rounds 0: expected a whole number from 3 to 1000\n' })
  })
})
