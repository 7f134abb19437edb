import { afterAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../../../src/tools/pool/operations/table.ts'
import { ACCOUNT } from '../../../support/pool-sequences/account.ts'
import { ADMINISTRATION } from '../../../support/pool-sequences/administration.ts'
import type { RowTests } from '../../../support/pool-sequences/row.ts'
import { SIGN_IN } from '../../../support/pool-sequences/sign-in.ts'
import { SIGN_UP } from '../../../support/pool-sequences/sign-up.ts'
import { startTestPool, stopTestPools } from '../../../support/pool-sequences.ts'

const TESTS: RowTests = { ...SIGN_UP, ...SIGN_IN, ...ACCOUNT, ...ADMINISTRATION }
const rows = Object.entries(OPERATIONS).flatMap(([name, { rows: all }]) => Object.keys(all).map((row) => `${name} ${row}`.trim()))

afterAll(stopTestPools)

describe('the trigger sequence of each operation', () => {
  it.each(Object.entries(TESTS))(
    '%s calls its triggers in the order of Cognito',
    async (name, { input, calls, answers = {}, ...options }) => {
      const pool = await startTestPool(options)
      const given = await input(pool)
      await pool.takeCalls()

      const { status, body } = await pool.api(name.split(' ')[0] ?? '', given)

      expect({ status, message: body.message }).toEqual({ status: 200, message: undefined })
      expect(await pool.takeSequence()).toEqual(calls)
      expect(body).toMatchObject(answers)
    },
  )

  it('every row of the table of operations has a sequence test, and no test is for another row', () => {
    expect(Object.keys(TESTS).toSorted()).toEqual(rows.toSorted())
  })

  it('a row that calls a trigger names it in a step, so that the documentation shows it', () => {
    for (const [name, { calls }] of Object.entries(TESTS)) {
      const [operation = '', row = ''] = name.split(' ')
      const sources = (OPERATIONS[operation]?.rows[row] ?? []).filter(({ kind }) => kind === 'trigger').map(({ text }) => text)
      const missing = calls.map((call) => call.split(' ')[0] ?? '').filter((source) => !sources.includes(source))
      expect({ name, missing }).toEqual({ name, missing: [] })
    }
  })
})
