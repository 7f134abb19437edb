import { describe, expect, it } from 'vitest'
import { denyIf, shadow } from '../../../src/shared/rules/combinators.ts'
import { deny, type RefusalCode, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { type Pre, pre, preEvent, unchecked } from '../../support/harness.ts'

const CODE = 'the code must be an identifier of at most 40 characters'
const FIELD = 'the field must be the name of a user attribute'

// Invalid codes and fields, as plain JavaScript can pass them.
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['an empty code', { code: '' }, CODE],
  ['a code with a space', { code: 'no invite' }, CODE],
  ['a code with a bracket', { code: 'a]' }, CODE],
  ['a code of 41 characters', { code: 'a'.repeat(41) }, CODE],
  ['a number as a code', { code: 7 }, CODE],
  ['null as a code', { code: null }, CODE],
  ['a field without a code', { field: 'email' }, CODE],
  ['an empty field', { code: 'a', field: '' }, FIELD],
  ['a field with a space', { code: 'a', field: 'given name' }, FIELD],
  ['a field of 65 characters', { code: 'a', field: 'a'.repeat(65) }, FIELD],
  ['a number as a field', { code: 'a', field: 7 }, FIELD],
]

describe('deny', () => {
  it('returns a code and a field', () => {
    expect(deny('no-invite', 'No.', { code: 'a'.repeat(40), field: 'custom:terms' })).toEqual({
      ...{ kind: 'deny', reason: 'no-invite', message: 'No' },
      ...{ code: 'a'.repeat(40), field: 'custom:terms' },
    })
  })

  it('returns only the fields that are given', () => {
    expect(Object.keys(deny('no-invite', 'No'))).toEqual(['kind', 'reason', 'message'])
    expect(Object.keys(deny('no-invite', 'No', { code: 'a', quiet: false }))).toEqual(['kind', 'reason', 'message', 'code'])
    expect(deny('no-invite', 'No', { code: 'a', quiet: true })).toMatchObject({ quiet: true })
  })

  it.each(WRONG)('throws for %s', (_, options, message) => {
    expect(() => deny('no-invite', 'No', unchecked(options))).toThrow(new RegExp(`^deny\\('no-invite'\\): ${message}`))
  })
})

describe('a rule that denies without deny()', () => {
  const decide = (code: unknown) => {
    const rule = defineRule<Pre>('by-hand', () => unchecked({ kind: 'deny', reason: 'by-hand', message: 'No', ...Object(code) }))
    return pre({ write: () => undefined }, rule).decide(preEvent())
  }

  it('gives the decision its code and its field', async () => {
    const { trace, ...decision } = await decide({ code: 'invite-missing', field: 'email', quiet: 'yes' })

    expect(decision).toStrictEqual({
      ...{ kind: 'denied', rule: 'by-hand', reason: 'by-hand', message: 'No' },
      ...{ code: 'invite-missing', field: 'email' },
    })
    expect(JSON.stringify(trace)).not.toContain('invite-missing')
  })

  it.each(WRONG)('has an error if it returns %s', async (_, code, message) => {
    const decision = await decide(code)

    expect(decision).toMatchObject({ kind: 'failed', rule: 'by-hand' })
    expect(String(decision.kind === 'failed' && decision.error)).toContain(message)
  })
})

describe('the code of a denial in a composition', () => {
  it('is that of denyIf', async () => {
    const code: RefusalCode = { code: 'wrong-client', field: 'email' }
    const handler = pre(denyIf(() => true, 'wrong-app-client', 'No', code))

    expect(await handler.decide(preEvent())).toMatchObject({ kind: 'denied', reason: 'wrong-app-client', ...code })
    expect(() => denyIf(() => true, 'wrong-app-client', 'No', unchecked({ codes: 'x' }))).toThrow("denyIf(): unknown option 'codes'")
  })

  it('is that of the reservation that denies', async () => {
    const commit = { reserve: () => deny('used', 'No', { code: 'invite-used' }), release: () => undefined }
    const handler = pre(defineRule<Pre>('reserving', () => skip(), { commit }))

    expect(await handler.decide(preEvent())).toMatchObject({ kind: 'denied', reason: 'used', code: 'invite-used' })
  })

  it('is not that of a shadow', async () => {
    const handler = pre(shadow(denyIf(() => true, 'wrong-app-client', 'No', { code: 'wrong-client' })))

    expect(await handler.decide(preEvent())).not.toHaveProperty('code')
  })
})
