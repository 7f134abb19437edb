import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES, triggerNamed, triggerOf } from '../../../src/tools/lib/trigger-of.ts'

describe('triggerOf', () => {
  it.each([
    ['PreSignUp_AdminCreateUser', 'PreSignUp'],
    ['PostConfirmation_ConfirmForgotPassword', 'PostConfirmation'],
    ['PreAuthentication_Authentication', 'PreAuthentication'],
    ['PostAuthentication_Authentication', 'PostAuthentication'],
    ['TokenGeneration_HostedAuth', 'PreTokenGeneration'],
    ['CustomMessage_SignUp', 'CustomMessage'],
    ['UserMigration_Authentication', 'UserMigration'],
    ['DefineAuthChallenge_Authentication', 'DefineAuthChallenge'],
    ['CreateAuthChallenge_Authentication', 'CreateAuthChallenge'],
    ['VerifyAuthChallengeResponse_Authentication', 'VerifyAuthChallengeResponse'],
    ['CustomEmailSender_SignUp', 'CustomEmailSender'],
    ['CustomSMSSender_SignUp', 'CustomSMSSender'],
    ['InboundFederation_ExternalProvider', 'InboundFederation'],
  ])('knows that %s belongs to %s', (source, trigger) => {
    expect(triggerOf(source)).toBe(trigger)
  })

  it('tells the trigger of a source that nobody has heard of by its beginning', () => {
    expect(triggerOf('PreSignUp_Telepathy')).toBe('PreSignUp')
  })

  it.each(['', 'PreSignUp', 'testTrigger', 'PreTokenGen', 'constructor'])("finds none in '%s'", (source) => {
    expect(triggerOf(source)).toBeUndefined()
  })
})

describe('triggerNamed', () => {
  it.each(['preSignUp', 'PreSignUp', 'pre-signup', 'pre-sign-up', 'PRE_SIGN_UP'])('reads %s', (word) => {
    expect(triggerNamed(word)).toBe('PreSignUp')
  })

  it('reads the short names of folders', () => {
    expect([triggerNamed('pre-auth'), triggerNamed('post-auth'), triggerNamed('post-confirmation')]).toEqual([
      'PreAuthentication',
      'PostAuthentication',
      'PostConfirmation',
    ])
  })

  it('reads every name itself, and nothing else', () => {
    expect(TRIGGER_NAMES.map(triggerNamed)).toEqual(TRIGGER_NAMES)
    expect(triggerNamed('signUp')).toBeUndefined()
    expect(triggerNamed('toString')).toBeUndefined()
  })
})
