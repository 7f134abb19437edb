import { describe, expect, it } from 'vitest'
import { checkAnswer } from '../../../src/tools/replay/check-answer.ts'
import { event } from '../../support/cli/lifeguard.ts'

const UNRECOGNIZABLE = { name: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' }

function check(trigger: Parameters<typeof checkAnswer>[0], response: object, given: Record<string, unknown> = event()) {
  return checkAnswer(trigger, given, JSON.stringify({ ...given, response }))
}

describe('checkAnswer', () => {
  it('takes the whole event and gives its response', () => {
    expect(check('PreSignUp', { autoConfirmUser: true })).toEqual({ response: { autoConfirmUser: true } })
  })

  it('takes an answer without optional fields, and with fields that Cognito does not read', () => {
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
  ] as const)('refuses for %s the response %j', (trigger, response, problem) => {
    expect(check(trigger, response)).toEqual({ error: UNRECOGNIZABLE, problem })
  })

  it('takes back a null that came in as null', () => {
    const given = { ...event('VerifyAuthChallengeResponse_Authentication'), response: { answerCorrect: null } }
    expect(check('VerifyAuthChallengeResponse', { answerCorrect: null }, given)).toEqual({ response: { answerCorrect: null } })
  })

  describe('of pre token generation', () => {
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
    ])('accepts in version %s the field that this version reads', (version, response) => {
      expect(check('PreTokenGeneration', response, issuing(version))).toEqual({ response })
    })

    it.each([
      ['1', later, 'claimsAndScopeOverrideDetails', 'V2_0'],
      ['2', first, 'claimsOverrideDetails', 'V1_0'],
      ['3', first, 'claimsOverrideDetails', 'V1_0'],
    ])('reports in version %s a field that only other versions read', (version, response, field, wanted) => {
      const problem = `'response.${field}' is not read in version ${version} of the event: set LambdaVersion of PreTokenGenerationConfig to ${wanted}, or answer with the fields of this version`

      const checked = check('PreTokenGeneration', response, issuing(version))

      expect(checked).toEqual({ error: { name: 'FieldIgnored', message: `Cognito goes on without it. ${problem}` }, problem })
    })

    it('accepts such a field where it says nothing: null, or what came in', () => {
      const nulls = { claimsOverrideDetails: null, claimsAndScopeOverrideDetails: null }

      expect(check('PreTokenGeneration', nulls, issuing('1', nulls))).toEqual({ response: nulls })
      expect(check('PreTokenGeneration', { claimsAndScopeOverrideDetails: null }, issuing('1'))).toHaveProperty('response')
      expect(check('PreTokenGeneration', later, issuing('1', later))).toHaveProperty('response')
    })
  })

  it('takes the answer to an event that has lost its response before', () => {
    const { response: _, ...given } = event('PreAuthentication_Authentication')
    expect(check('PreAuthentication', {}, given)).toEqual({ response: {} })
  })

  it('says that Cognito fails a sign-up that verifies what is not there, with an error that AWS does not tell', () => {
    const problem = "'response.autoVerifyPhone' is true, but the user has no 'phone_number'"
    expect(check('PreSignUp', { autoVerifyEmail: true, autoVerifyPhone: true })).toEqual({
      error: { name: 'SignUpFails', message: `${problem}: Cognito fails the sign-up; with which error AWS does not say` },
      problem,
    })
    expect(check('PreSignUp', { autoVerifyEmail: true })).toEqual({ response: { autoVerifyEmail: true } })
  })

  it('knows that Cognito ignores the flags where an administrator creates the user', () => {
    expect(check('PreSignUp', { autoVerifyPhone: true }, event('PreSignUp_AdminCreateUser'))).toEqual({
      response: { autoVerifyPhone: true },
    })
  })

  it('says that a sign-up without any attributes has nothing to verify', () => {
    const given = { ...event(), request: null }
    expect(check('PreSignUp', { autoVerifyEmail: true }, given)).toMatchObject({ error: { name: 'SignUpFails' } })
  })
})
