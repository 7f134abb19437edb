import { describe, expect, it } from 'vitest'
import { checkAnswer } from '../../../src/tools/replay/check-answer.ts'
import { event } from '../../support/cli/lifeguard.ts'

const UNRECOGNIZABLE = { name: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' }

function check(trigger: Parameters<typeof checkAnswer>[0], response: object, given: Record<string, unknown> = event()) {
  return checkAnswer(trigger, given, JSON.stringify({ ...given, response }))
}

describe('checkAnswer', () => {
  it('accepts an answer that is the whole event, and returns its response', () => {
    expect(check('PreSignUp', { autoConfirmUser: true })).toEqual({ response: { autoConfirmUser: true } })
  })

  it('accepts an answer without optional fields, or with fields that Cognito does not read', () => {
    expect(check('PreSignUp', {})).toEqual({ response: {} })
    expect(check('PostConfirmation', { anything: 'goes' })).toEqual({ response: { anything: 'goes' } })
  })

  it.each([
    ['PreSignUp', { autoConfirmUser: 'true' }, "'response.autoConfirmUser' is string; expected boolean"],
    ['PreSignUp', { autoVerifyEmail: null }, "'response.autoVerifyEmail' is null; expected boolean"],
    ['DefineAuthChallenge', { issueTokens: 1 }, "'response.issueTokens' is number; expected boolean"],
    ['CreateAuthChallenge', { publicChallengeParameters: [] }, "'response.publicChallengeParameters' is array; expected object"],
    ['PreTokenGeneration', { claimsOverrideDetails: 'x' }, "'response.claimsOverrideDetails' is string; expected object"],
    ['UserMigration', { desiredDeliveryMediums: 'EMAIL' }, "'response.desiredDeliveryMediums' is string; expected array"],
    ['CustomMessage', { emailMessage: {} }, "'response.emailMessage' is object; expected string"],
  ] as const)('rejects, for the trigger %s, the response %j', (trigger, response, problem) => {
    expect(check(trigger, response)).toEqual({ error: UNRECOGNIZABLE, problem })
  })

  it('accepts null in a response field that was null in the event', () => {
    const given = { ...event('CustomMessage_SignUp'), response: { smsMessage: null } }
    expect(check('CustomMessage', { smsMessage: null }, given)).toEqual({ response: { smsMessage: null } })
  })

  describe('pre token generation', () => {
    const issuing = (version: string, response: object = {}): Record<string, unknown> => ({
      ...event('TokenGeneration_HostedAuth'),
      version,
      response,
    })
    const [first, later] = [{ claimsOverrideDetails: {} }, { claimsAndScopeOverrideDetails: {} }]

    it.each([
      ['1', first],
      ['2', later],
      ['3', later],
    ])('accepts the field that Cognito reads in event version %s', (version, response) => {
      expect(check('PreTokenGeneration', response, issuing(version))).toEqual({ response })
    })

    it.each([
      ['1', later, 'claimsAndScopeOverrideDetails', 'V2_0'],
      ['2', first, 'claimsOverrideDetails', 'V1_0'],
      ['3', first, 'claimsOverrideDetails', 'V1_0'],
    ])('reports a field that Cognito does not read in event version %s', (version, response, field, wanted) => {
      const problem = `Cognito does not read 'response.${field}' in version ${version} of the event. Set LambdaVersion of PreTokenGenerationConfig to ${wanted}, or return the fields of this version`

      const checked = check('PreTokenGeneration', response, issuing(version))

      expect(checked).toEqual({ error: { name: 'FieldIgnored', message: `The field is ignored. ${problem}` }, problem, accepted: response })
    })

    it('accepts a field of another event version if the field is null or unchanged', () => {
      const nulls = { claimsOverrideDetails: null, claimsAndScopeOverrideDetails: null }

      expect(check('PreTokenGeneration', nulls, issuing('1', nulls))).toEqual({ response: nulls })
      expect(check('PreTokenGeneration', { claimsAndScopeOverrideDetails: null }, issuing('1'))).toHaveProperty('response')
      expect(check('PreTokenGeneration', later, issuing('1', later))).toHaveProperty('response')
    })
  })

  it('accepts an answer with a response if the event had no response', () => {
    const { response: _, ...given } = event('PreAuthentication_Authentication')
    expect(check('PreAuthentication', {}, given)).toEqual({ response: {} })
  })

  it('reports that a sign-up fails if the response verifies an attribute that the user does not have', () => {
    const problem = "'response.autoVerifyPhone' is true, but the user has no 'phone_number'"
    const accepted = { autoVerifyEmail: true, autoVerifyPhone: true }
    expect(check('PreSignUp', accepted)).toEqual({
      accepted,
      error: { name: 'SignUpFails', message: `${problem}. The sign-up fails; AWS does not document the error` },
      problem,
    })
    expect(check('PreSignUp', { autoVerifyEmail: true })).toEqual({ response: { autoVerifyEmail: true } })
  })

  it('accepts autoVerifyPhone for a user without a phone number if an administrator creates the user', () => {
    expect(check('PreSignUp', { autoVerifyPhone: true }, event('PreSignUp_AdminCreateUser'))).toEqual({
      response: { autoVerifyPhone: true },
    })
  })

  it('reports autoVerifyEmail in the response to an event without user attributes', () => {
    const given = { ...event(), request: null }
    expect(check('PreSignUp', { autoVerifyEmail: true }, given)).toMatchObject({ error: { name: 'SignUpFails' } })
  })
})
