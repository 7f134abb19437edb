import { describe, expect, it } from 'vitest'
import { findTrigger, TRIGGER_NAMES, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import { parseTriggerName } from '../../../src/tools/lib/find-trigger.ts'

describe('findTrigger', () => {
  it.each(TRIGGER_NAMES)('finds the trigger %s by each of its trigger sources', (name) => {
    for (const source of Object.keys(triggerFacts(name).sources)) expect(findTrigger(source)).toBe(name)
  })

  it('finds the trigger of an unknown trigger source by the prefix of the source', () => {
    expect(findTrigger('PreSignUp_Telepathy')).toBe('PreSignUp')
  })

  it.each(['', 'PreSignUp', 'testTrigger', 'PreTokenGen', 'constructor'])("returns undefined for '%s'", (source) => {
    expect(findTrigger(source)).toBeUndefined()
  })
})

describe('parseTriggerName', () => {
  it.each(['preSignUp', 'PreSignUp', 'pre-signup', 'pre-sign-up', 'PRE_SIGN_UP'])('parses %s', (word) => {
    expect(parseTriggerName(word)).toBe('PreSignUp')
  })

  it('parses the folder name of one trigger, and rejects a folder name that several triggers share', () => {
    expect(parseTriggerName('pre-auth')).toBe('PreAuthentication')
    expect(parseTriggerName('post_auth')).toBe('PostAuthentication')
    expect(parseTriggerName('custom-challenge')).toBeUndefined()
  })

  it('parses every trigger name, and rejects other names', () => {
    expect(TRIGGER_NAMES.map(parseTriggerName)).toEqual(TRIGGER_NAMES)
    expect(parseTriggerName('signUp')).toBeUndefined()
    expect(parseTriggerName('toString')).toBeUndefined()
  })
})
