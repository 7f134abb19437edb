import { describe, expect, it } from 'vitest'
import type { TriggerName } from '../../../src/shared/cognito/triggers.ts'
import { checkAnswer } from '../../../src/tools/replay/check-answer.ts'
import { event } from '../../support/cli/lifeguard.ts'

interface Case {
  readonly trigger: TriggerName
  readonly source: string
  readonly request?: object
  readonly response: object
}

function check({ trigger, source, request, response }: Case) {
  // Cognito sends the fields of these responses as null.
  const nulls = Object.fromEntries(Object.keys(response).map((field) => [field, null]))
  const before = { ...event(source), response: nulls }
  const given = request === undefined ? before : { ...before, request }
  return checkAnswer(trigger, given, JSON.stringify({ ...given, response }))
}

const message = (response: object, usernameParameter: string | null = null): Case => ({
  trigger: 'CustomMessage',
  source: usernameParameter === null ? 'CustomMessage_SignUp' : 'CustomMessage_AdminCreateUser',
  request: { userAttributes: {}, codeParameter: '{####}', usernameParameter },
  response,
})
const define = (response: object): Case => ({ trigger: 'DefineAuthChallenge', source: 'DefineAuthChallenge_Authentication', response })
const create = (response: object): Case => ({ trigger: 'CreateAuthChallenge', source: 'CreateAuthChallenge_Authentication', response })
const verify = (response: object): Case => ({
  trigger: 'VerifyAuthChallengeResponse',
  source: 'VerifyAuthChallengeResponse_Authentication',
  response,
})
const migrate = (response: object): Case => ({ trigger: 'UserMigration', source: 'UserMigration_Authentication', response })
const federate = (userAttributesToMap: object, providerType = 'OIDC'): Case => ({
  trigger: 'InboundFederation',
  source: 'InboundFederation_ExternalProvider',
  request: { providerName: 'Corp', providerType, attributes: {} },
  response: { userAttributesToMap },
})
const issue = (claimsOverrideDetails: object): Case => ({
  trigger: 'PreTokenGeneration',
  source: 'TokenGeneration_HostedAuth',
  response: { claimsOverrideDetails },
})

describe('checkAnswer', () => {
  it.each<[string, Case]>([
    ['a message with the code', message({ smsMessage: 'Your code is {####}' })],
    ['an invitation with the code and the user name', message({ emailMessage: '{username}: {####}', emailSubject: 'Hello' }, '{username}')],
    ['no message', message({ emailMessage: null, smsMessage: null })],
    ['one challenge', define({ challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false })],
    ['tokens', define({ issueTokens: true, failAuthentication: false })],
    ['the end of the authentication', define({ failAuthentication: true })],
    ['parameters of a challenge', create({ publicChallengeParameters: { sentTo: 'm***' }, privateChallengeParameters: { code: '1' } })],
    ['a wrong answer', verify({ answerCorrect: false })],
    ['a migrated user', migrate({ userAttributes: { email: 'a@example.com' }, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' })],
    ['an unknown user', migrate({ userAttributes: null, finalUserStatus: null })],
    ['no change of the attributes', federate({})],
    ['all attributes', federate({ sub: '1', email: 'a@example.com' })],
    ['the attributes of a SAML provider', federate({ email: 'a@example.com' }, 'SAML')],
    ['groups', issue({ groupOverrideDetails: { groupsToOverride: [] } })],
    ['claims only', issue({ claimsToAddOrOverride: { tenant: 'a' } })],
  ])('accepts %s', (_, given) => {
    expect(check(given)).toEqual({ response: given.response })
  })

  it.each<[string, Case, string]>([
    ['a message without the code', message({ smsMessage: 'Hello' }), "'response.smsMessage' lacks the placeholder {####}"],
    [
      'an invitation without the user name',
      message({ emailMessage: 'Your code is {####}' }, '{username}'),
      "'response.emailMessage' lacks the placeholder {username}",
    ],
    ['a long text', message({ smsMessage: `{####}${'x'.repeat(135)}` }), "'response.smsMessage' has 141 characters; Cognito accepts 140"],
    [
      'no step',
      define({ challengeName: null, issueTokens: null, failAuthentication: null }),
      'the response has neither a challengeName nor issueTokens nor failAuthentication; AWS does not document the result',
    ],
    [
      'tokens for a failed authentication',
      define({ issueTokens: true, failAuthentication: true }),
      'the response has issueTokens and failAuthentication; AWS does not document the result',
    ],
    [
      'a number in the parameters of a challenge',
      create({ privateChallengeParameters: { code: 123456 } }),
      "'response.privateChallengeParameters.code' is not a text",
    ],
    ['no verdict', verify({}), "'response.answerCorrect' is not set; AWS does not document the result"],
    [
      'a migrated user with a sub',
      migrate({ userAttributes: { sub: '1' } }),
      "'response.userAttributes' has 'sub', which only Cognito sets",
    ],
    [
      'an unknown status',
      migrate({ userAttributes: {}, finalUserStatus: 'ACTIVE' }),
      `'response.finalUserStatus' is "ACTIVE"; expected CONFIRMED or RESET_REQUIRED`,
    ],
    [
      'an unknown message action',
      migrate({ userAttributes: {}, messageAction: 'NONE' }),
      `'response.messageAction' is "NONE"; expected SUPPRESS or RESEND`,
    ],
    [
      'an unknown medium',
      migrate({ userAttributes: {}, desiredDeliveryMediums: ['PIGEON'] }),
      `'response.desiredDeliveryMediums' has "PIGEON"; expected EMAIL or SMS`,
    ],
    [
      'a status without attributes',
      migrate({ userAttributes: null, finalUserStatus: 'CONFIRMED' }),
      "'response.finalUserStatus' is set without 'response.userAttributes'",
    ],
    [
      'a boolean as an attribute',
      migrate({ userAttributes: { email_verified: true } }),
      "'response.userAttributes.email_verified' is not a text",
    ],
    [
      'a map without the identifier',
      federate({ email: 'a@example.com' }),
      "'response.userAttributesToMap' lacks 'sub', which identifies the user",
    ],
    ['a list as an attribute', federate({ sub: '1', groups: ['a'] }), "'response.userAttributesToMap.groups' is not a text"],
    [
      'an empty override of groups',
      issue({ groupOverrideDetails: {} }),
      "an empty 'groupOverrideDetails' removes all groups from the tokens",
    ],
    [
      'an override of groups that is null',
      issue({ groupOverrideDetails: null }),
      "an empty 'groupOverrideDetails' removes all groups from the tokens",
    ],
  ])('reports %s', (_, given, problem) => {
    expect(check(given)).toMatchObject({ error: { message: expect.stringMatching(/./) }, problem })
  })
})
