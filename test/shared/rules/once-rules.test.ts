import { describe, expect, it } from 'vitest'
import { postConfirmation } from '../../../src/post-confirmation/trigger.ts'
import { chain, parallel, when } from '../../../src/shared/rules/combinators.ts'
import { fromAppClient, hasAttribute } from '../../../src/shared/rules/condition.ts'
import { type Ledger, once } from '../../../src/shared/rules/once.ts'
import { onceRules } from '../../../src/shared/rules/once-rules.ts'
import { done } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import type { Working } from '../../../src/shared/rules/trigger.ts'

const ledger: Ledger = {
  claim: async () => ({ kind: 'held' }),
  done: async () => undefined,
  fail: async () => undefined,
  drop: async () => undefined,
}
const work = (name: string) => defineRule<Working>(name, () => done(), { reads: [] })

describe('onceRules', () => {
  it('onceRules finds effects in nested compositions, and returns each under its ledger name', () => {
    const mail = once(ledger, work('mail'), { delivery: 'at-most-once' })
    const gift = once(ledger, work('gift'), { delivery: 'at-least-once', id: 'birthday' })
    const rules = onceRules(chain(work('profile'), parallel(mail, chain(gift))))
    expect([...rules]).toEqual([
      ['mail', { rule: mail, places: [[]] }],
      ['gift:birthday', { rule: gift, places: [[]] }],
    ])
  })

  it('onceRules finds a once that is the whole composition, and returns an empty map for a composition without once', () => {
    expect([...onceRules(once(ledger, work('mail'), { delivery: 'at-most-once' })).keys()]).toEqual(['mail'])
    expect(onceRules(chain(work('profile'))).size).toBe(0)
  })

  it('onceRules counts a rule that occurs twice as one effect', () => {
    const mail = once(ledger, work('mail'), { delivery: 'at-most-once' })
    expect(onceRules(chain(mail, mail)).size).toBe(1)
  })

  it('onceRules returns a list of conditions for each place where an effect occurs, with the outermost condition first', () => {
    const mail = once(ledger, work('mail'), { delivery: 'at-most-once' })
    const gift = once(ledger, work('gift'), { delivery: 'at-most-once' })
    const named = hasAttribute('name')
    const web = fromAppClient('web')
    const rules = onceRules(chain(when(named, parallel(when(web, mail, work('other'))), gift), mail))
    expect(rules.get('mail')).toEqual({ rule: mail, places: [[named, web], []] })
    expect(rules.get('gift')).toEqual({ rule: gift, places: [[named]] })
  })

  it('onceRules throws if an effect is inside a when() without the property condition', () => {
    const mail = once(ledger, work('mail'), { delivery: 'at-most-once' })
    const { condition: _, ...hidden } = when(hasAttribute('name'), mail)
    expect(() => onceRules(chain(hidden))).toThrow("'when' hides the condition of an effect; make it with when()")
    const { condition: __, ...harmless } = when(hasAttribute('name'), work('profile'))
    expect(onceRules(chain(harmless)).size).toBe(0)
  })

  it('onceRules throws if two effects have the same name, because the second would never run', () => {
    const twice = [1, 2].map(() => once(ledger, work('mail'), { delivery: 'at-most-once' }))
    expect(() => onceRules(chain(...twice))).toThrow("Two effects are named 'mail'")
    expect(() => postConfirmation(...twice)).toThrow("Two effects are named 'mail'")
    expect(() => postConfirmation.middleware(...twice)).toThrow("Two effects are named 'mail'")
  })
})
