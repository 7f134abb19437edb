import { describe, expect, it } from 'vitest'
import type { HandlerSettings } from '../../../src/shared/lambda/settings.ts'
import { deny } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { type Pre, pre, preEvent, refuse, runPre, unchecked } from '../../support/harness.ts'

const deniedWith = (quiet: boolean): Rule<Pre> =>
  defineRule<Pre>('coded', () => deny('not-invited', 'You need an invitation.', { code: 'invite-missing', field: 'email', quiet }))
const own = deniedWith(false)
const quiet = deniedWith(true)
const readMessage = async (rule: Rule<Pre>, settings: HandlerSettings<Pre> = {}) =>
  (await runPre([rule], preEvent(), settings)).error?.message

describe('the text of a refusal', () => {
  it('ends with the code and the field that a rule chose', async () => {
    expect(await readMessage(own)).toBe('You need an invitation [invite-missing: email]')
  })

  it('is unchanged without a code', async () => {
    expect(await readMessage(refuse, { refusalCodes: 'all' })).toBe('You need an invitation')
  })

  it('has the code of a rule of this package only if the handler sends all codes', async () => {
    expect(await readMessage(quiet)).toBe('You need an invitation')
    expect(await readMessage(quiet, { refusalCodes: 'own' })).toBe('You need an invitation')
    expect(await readMessage(quiet, { refusalCodes: 'all' })).toBe('You need an invitation [invite-missing: email]')
  })

  it('is the same through middleware, and in a middy handler', async () => {
    const errors: unknown[] = []
    const onError = ({ error }: { readonly error: Error | null | undefined }): void => void errors.push(error?.message)
    const expected = 'You need an invitation [invite-missing: email]'

    expect(await readMessage(quiet, { refusalCodes: 'all', middleware: [{ onError }] })).toBe(expected)
    expect(errors).toEqual([expected])
    const { before } = pre.middleware({ refusalCodes: 'all', write: () => undefined }, quiet)
    await expect(before?.(unchecked({ event: preEvent(), context: {} }))).rejects.toThrow(expected)
  })

  it('leaves the log line as it is', async () => {
    const { lines } = await runPre([own], preEvent())

    expect(lines[0]).toMatchObject({ decision: 'denied', decidedBy: 'coded', reason: 'not-invited' })
    expect(JSON.stringify(lines)).not.toContain('invite-missing')
  })
})

describe('refusalTexts', () => {
  it('replaces the message by the text for the code, and gets the event', async () => {
    const calls: unknown[] = []
    const refusalTexts: HandlerSettings['refusalTexts'] = (code, event) => {
      calls.push([code, event.triggerSource])
      return 'Eine Einladung fehlt.'
    }

    expect(await readMessage(quiet, { refusalTexts })).toBe('Eine Einladung fehlt')
    expect(await readMessage(own, { refusalTexts })).toBe('Eine Einladung fehlt [invite-missing: email]')
    expect(calls).toEqual(Array(2).fill(['invite-missing', preEvent().triggerSource]))
  })

  it('is not asked about a refusal without a code', async () => {
    expect(await readMessage(refuse, { refusalTexts: () => 'Other' })).toBe('You need an invitation')
  })

  it.each([
    ['throws', () => crash()],
    ['returns undefined', () => undefined],
    ['returns an empty text', () => ' . '],
    ['returns a number', () => unchecked<string>(7)],
    ['returns a promise', () => unchecked<string>(Promise.resolve('Late'))],
  ])("keeps the rule's message if it %s", async (_, refusalTexts) => {
    expect(await readMessage(own, { refusalTexts })).toBe('You need an invitation [invite-missing: email]')
  })
})

describe('invalid settings', () => {
  it.each([
    [{ refusalCodes: 'none' }, "refusalCodes is 'none'; expected 'own' or 'all'"],
    [{ refusalCodes: true }, "refusalCodes is 'true'; expected"],
    [{ refusalTexts: { en: {} } }, 'refusalTexts is an object; expected refusalTexts({'],
  ])('throws for %j when the handler is made', (settings, message) => {
    expect(() => pre(unchecked<HandlerSettings<Pre>>(settings), refuse)).toThrow(message)
  })
})

function crash(): string {
  throw new Error('secret')
}
