import { describe, expect, it } from 'vitest'
import { findTrigger, TRIGGER_NAMES, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import { parseTriggerName } from '../../../src/tools/lib/find-trigger.ts'

describe('findTrigger', () => {
  it.each(TRIGGER_NAMES)('finds %s for each of its sources', (name) => {
    for (const source of Object.keys(triggerFacts(name).sources)) expect(findTrigger(source)).toBe(name)
  })

  it('tells the trigger of a source that nobody has heard of by its beginning', () => {
    expect(findTrigger('PreSignUp_Telepathy')).toBe('PreSignUp')
  })

  it.each(['', 'PreSignUp', 'testTrigger', 'PreTokenGen', 'constructor'])("finds none in '%s'", (source) => {
    expect(findTrigger(source)).toBeUndefined()
  })
})

describe('triggerNamed', () => {
  it.each(['preSignUp', 'PreSignUp', 'pre-signup', 'pre-sign-up', 'PRE_SIGN_UP'])('reads %s', (word) => {
    expect(parseTriggerName(word)).toBe('PreSignUp')
  })

  it('reads the folder of a trigger, and no folder of several', () => {
    expect(parseTriggerName('pre-auth')).toBe('PreAuthentication')
    expect(parseTriggerName('post_auth')).toBe('PostAuthentication')
    expect(parseTriggerName('custom-sender')).toBeUndefined()
  })

  it('reads every name itself, and nothing else', () => {
    expect(TRIGGER_NAMES.map(parseTriggerName)).toEqual(TRIGGER_NAMES)
    expect(parseTriggerName('signUp')).toBeUndefined()
    expect(parseTriggerName('toString')).toBeUndefined()
  })
})
