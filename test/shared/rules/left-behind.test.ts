import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const test = resolve(import.meta.dirname, '../..')

describe('promises that reject after the deadline', () => {
  it.each([
    ['rules, conditions and a ledger', 'shared/rules/fixtures/left-behind.ts', '10 compositions\n'],
    ['the sweeper and the warm-up', 'sweeper/fixtures/left-behind.ts', '5 sweeps\n'],
  ])(
    'promises that reject after the deadline neither end the process nor print anything: %s',
    async (_, program, expected) => {
      const { stdout, stderr } = await run(process.execPath, [resolve(test, program)])
      expect({ stdout, stderr }).toEqual({ stdout: expected, stderr: '' })
    },
    120_000,
  )
})
