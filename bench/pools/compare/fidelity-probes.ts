import { readCode } from '../flow.ts'
import {
  compare,
  createPoolWith,
  createUser,
  describeError,
  type Finding,
  PLAIN_TRIGGERS,
  type Subject,
  signIn,
  signUp,
  toClaims,
  toSignUp,
} from './probe.ts'

/** A point in which a local pool can differ from Cognito without an error. */
interface FidelityProbe {
  readonly text: string
  readonly probe: (subject: Subject) => Promise<Finding>
  readonly isSpecial?: boolean
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

const find = ({ functions }: Subject, prefix: string) => functions.events.findLast(({ triggerSource }) => triggerSource?.startsWith(prefix))
const notCalled = (trigger: string): Finding => ({ kind: 'different', note: `${trigger} is not called` })

async function look({ send, ids }: Subject, Username: string, UserPoolId: string = ids.UserPoolId) {
  const { UserStatus, UserAttributes } = await send('AdminGetUser', { UserPoolId, Username })
  const list: readonly { readonly Name: string; readonly Value: string }[] = Array.isArray(UserAttributes) ? UserAttributes : []
  return { status: String(UserStatus), attributes: Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])) }
}

export const FIDELITY_PROBES: readonly FidelityProbe[] = [
  {
    text: 'An event has version "1", a region of AWS, and the id of the pool',
    probe: async (subject) => {
      await signUp(subject, subject.ids)
      const { version, region = '', userPoolId } = find(subject, 'PreSignUp') ?? {}
      const isRegion = /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)
      if (version === '1' && isRegion && userPoolId === subject.ids.UserPoolId) return { kind: 'works' }
      return { kind: 'different', note: `version ${JSON.stringify(version)}, region ${JSON.stringify(region)}` }
    },
  },
  {
    text: 'Pre sign-up gets no `sub` and no status; post confirmation gets both',
    probe: async (subject) => {
      const { name, code } = await signUp(subject, subject.ids)
      await subject.send('ConfirmSignUp', { ClientId: subject.ids.ClientId, Username: name, ConfirmationCode: code })
      const read = (prefix: string): readonly string[] =>
        Object.keys(Object(find(subject, prefix)?.request.userAttributes)).filter((key) => key === 'sub' || key === 'cognito:user_status')
      return compare(
        { preSignUp: read('PreSignUp').toSorted(), postConfirmation: read('PostConfirmation').toSorted() },
        { preSignUp: [], postConfirmation: ['cognito:user_status', 'sub'] },
      )
    },
  },
  {
    text: 'ValidationData of SignUp arrives as `validationData`',
    probe: async (subject) => {
      await signUp(subject, subject.ids, { ValidationData: [{ Name: 'invitation', Value: 'x' }] })
      return compare(find(subject, 'PreSignUp')?.request.validationData, { invitation: 'x' })
    },
  },
  {
    text: 'ClientMetadata of InitiateAuth arrives in pre authentication as `validationData`',
    probe: async (subject) => {
      await signIn(subject, subject.ids, await createUser(subject, subject.ids), { ClientMetadata: { source: 'web' } })
      const event = find(subject, 'PreAuthentication')
      return event === undefined ? notCalled('PreAuthentication') : compare(event.request.validationData, { source: 'web' })
    },
  },
  {
    text: 'Each value of `userAttributes` is text',
    probe: async (subject) => {
      const { name, code } = await signUp(subject, subject.ids)
      await subject.send('ConfirmSignUp', { ClientId: subject.ids.ClientId, Username: name, ConfirmationCode: code })
      const values = Object.values(Object(find(subject, 'PostConfirmation')?.request.userAttributes))
      return compare([...new Set(values.map((value) => typeof value))], ['string'])
    },
  },
  {
    text: 'In a pool with username attributes, the name is a UUID',
    probe: async (subject) => {
      const ids = await createPoolWith(subject, PLAIN_TRIGGERS, { UsernameAttributes: ['email'] })
      const email = `mail-${Date.now()}@example.com`
      await subject.send('SignUp', { ...toSignUp(ids, email), UserAttributes: [{ Name: 'email', Value: email }] })
      const { userName = '' } = find(subject, 'PreSignUp') ?? {}
      return UUID.test(userName)
        ? { kind: 'works' }
        : { kind: 'different', note: `the name in pre sign-up is ${JSON.stringify(userName.replace(/\d{6,}/, 'N'))}` }
    },
  },
  {
    text: 'An error of post confirmation fails the call, and the user stays CONFIRMED',
    probe: async (subject) => {
      const { name, code } = await signUp(subject, subject.ids)
      subject.functions.set('PostConfirmation', fail('Broken'))
      const input = { ClientId: subject.ids.ClientId, Username: name, ConfirmationCode: code }
      const answer = await subject.ask('ConfirmSignUp', input)
      const { status } = await look(subject, name)
      return compare({ call: answer.status === 200 ? 'succeeds' : 'fails', status }, { call: 'fails', status: 'CONFIRMED' })
    },
  },
  {
    text: 'An error of a function reaches the caller as `PreSignUp failed with error No..`',
    probe: async (subject) => {
      subject.functions.set('PreSignUp', fail('No.'))
      const answer = await subject.ask('SignUp', toSignUp(subject.ids, `refused-${Date.now()}`))
      return compare(
        answer.status === 200 ? 'a success' : describeError(answer),
        'UserLambdaValidationException: PreSignUp failed with error No..',
      )
    },
  },
  {
    text: 'The response arrives with each field, as null or false',
    probe: async (subject) => {
      await signUp(subject, subject.ids)
      const observed = { preSignUp: find(subject, 'PreSignUp')?.response, customMessage: find(subject, 'CustomMessage')?.response }
      return compare(observed, {
        preSignUp: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
        customMessage: { smsMessage: null, emailMessage: null, emailSubject: null },
      })
    },
  },
  {
    text: 'An empty `groupOverrideDetails` removes all groups from the tokens',
    probe: async (subject) => {
      const name = await createUser(subject, subject.ids)
      const GroupName = `group-${Date.now()}`
      await subject.send('CreateGroup', { UserPoolId: subject.ids.UserPoolId, GroupName })
      await subject.send('AdminAddUserToGroup', { UserPoolId: subject.ids.UserPoolId, Username: name, GroupName })
      subject.functions.set('PreTokenGeneration', () => ({ claimsOverrideDetails: { groupOverrideDetails: {} } }))
      const { AccessToken } = await signIn(subject, subject.ids, name)
      return toClaims(AccessToken)['cognito:groups'] === undefined ? { kind: 'works' } : { kind: 'different', note: 'the group stays' }
    },
  },
  {
    text: 'Each pool calls its own functions',
    probe: async (subject) => {
      await signUp(subject, await createPoolWith(subject, []))
      const called = subject.functions.events.map(({ triggerSource }) => triggerSource)
      return called.length === 0 ? { kind: 'works' } : { kind: 'different', note: `a pool without functions calls ${called.join(' and ')}` }
    },
  },
  {
    text: 'A function that does not answer is stopped after 5 s and called 3 times',
    probe: async (subject) => {
      subject.functions.set('PreSignUp', () => new Promise((resolve) => setTimeout(resolve, 20_000)))
      const startedAt = performance.now()
      const { status } = await subject.ask('SignUp', toSignUp(subject.ids, `slow-${Date.now()}`))
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      const calls = subject.functions.events.filter(({ triggerSource }) => triggerSource === 'PreSignUp_SignUp').length
      return compare({ call: status === 200 ? 'succeeds' : 'fails', seconds, calls }, { call: 'fails', seconds: 15, calls: 3 })
    },
  },
  {
    text: 'AdminCreateUser never confirms a user, whatever the function answers',
    probe: async (subject) => {
      subject.functions.set('PreSignUp', () => ({ autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: false }))
      const Username = `made-${Date.now()}`
      const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }]
      await subject.send('AdminCreateUser', { UserPoolId: subject.ids.UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' })
      const { status, attributes } = await look(subject, Username)
      return compare({ status, verified: attributes.email_verified === 'true' }, { status: 'FORCE_CHANGE_PASSWORD', verified: false })
    },
  },
  {
    text: 'An unknown user gets UserNotFoundException, or NotAuthorizedException with PreventUserExistenceErrors',
    probe: async (subject) => {
      const types: string[] = []
      for (const PreventUserExistenceErrors of ['LEGACY', 'ENABLED']) {
        const { ClientId } = await createPoolWith(subject, PLAIN_TRIGGERS, {}, { PreventUserExistenceErrors })
        const AuthParameters = { USERNAME: 'nobody', PASSWORD: 'Correct-horse-1' }
        const { body } = await subject.ask('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
        types.push(String(body.__type))
      }
      return compare(types, ['UserNotFoundException', 'NotAuthorizedException'])
    },
  },
  {
    text: '`autoVerifyEmail` moves an alias from another user, whose address becomes unverified',
    probe: async (subject) => {
      const ids = await createPoolWith(subject, PLAIN_TRIGGERS, { AliasAttributes: ['email'] })
      const first = await createUser(subject, ids)
      subject.functions.set('PreSignUp', () => ({ autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: false }))
      const UserAttributes = [{ Name: 'email', Value: `${first}@example.com` }]
      await subject.send('SignUp', { ...toSignUp(ids, `second-${Date.now()}`), UserAttributes })
      return compare((await look(subject, first, ids.UserPoolId)).attributes.email_verified, 'false')
    },
  },
  {
    text: 'An `emailMessage` in a pool with COGNITO_DEFAULT is refused',
    probe: async (subject) => {
      const ids = await createPoolWith(subject, PLAIN_TRIGGERS, { EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' } })
      subject.functions.set('CustomMessage', () => ({ smsMessage: null, emailMessage: 'Code {####}', emailSubject: 'x' }))
      const { status, body } = await subject.ask('SignUp', toSignUp(ids, `default-${Date.now()}`))
      return compare(status === 200 ? 'a success' : body.__type, 'InvalidLambdaResponseException')
    },
  },
  {
    text: 'SignUp does not wait for a custom sender, which gets a ciphertext of the AWS Encryption SDK',
    isSpecial: true,
    probe: async (subject) => {
      let isDone = false
      subject.functions.set('CustomEmailSender', async () => {
        await new Promise((resolve) => setTimeout(resolve, 1500))
        isDone = true
      })
      await subject.send('SignUp', toSignUp(subject.ids, `sent-${Date.now()}`))
      const waited = isDone
      const until = Date.now() + 4000
      while (!isDone && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      const event = find(subject, 'CustomEmailSender')
      if (event === undefined) return notCalled('CustomEmailSender')
      const bytes = Buffer.from(String(event.request.code), 'base64')
      // A message of the AWS Encryption SDK starts with its version: 1 with its type, or 2.
      const isMessage = bytes[0] === 2 || (bytes[0] === 1 && bytes[1] === 0x80)
      return compare({ waits: waited, ciphertext: isMessage }, { waits: false, ciphertext: true })
    },
  },
  {
    text: 'Functions cannot change `sub` and `iss`, and can add a claim',
    probe: async (subject) => {
      const name = await createUser(subject, subject.ids)
      const claimsToAddOrOverride = { sub: 'forged', iss: 'https://example.com', team: 'blue' }
      subject.functions.set('PreTokenGeneration', () => ({ claimsOverrideDetails: { claimsToAddOrOverride } }))
      const { IdToken } = await signIn(subject, subject.ids, name)
      const { sub, iss, team } = toClaims(IdToken)
      return compare({ sub: sub === 'forged', iss: iss === 'https://example.com', team }, { sub: false, iss: false, team: 'blue' })
    },
  },
  {
    text: 'REFRESH_TOKEN_AUTH has the source RefreshTokens, and GetTokensFromRefreshToken Authentication',
    probe: async (subject) => {
      const { RefreshToken } = await signIn(subject, subject.ids, await createUser(subject, subject.ids))
      const { ClientId } = subject.ids
      subject.functions.reset()
      await subject.ask('InitiateAuth', { ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } })
      await subject.ask('GetTokensFromRefreshToken', { ClientId, RefreshToken })
      const sources = subject.functions.events.map(({ triggerSource }) => triggerSource)
      return compare(sources, ['TokenGeneration_RefreshTokens', 'TokenGeneration_Authentication'])
    },
  },
  {
    text: 'CustomMessage gets a placeholder, which the pool replaces with the code',
    probe: async (subject) => {
      subject.functions.set('CustomMessage', ({ request }) => ({
        smsMessage: null,
        emailMessage: `My ${request.codeParameter} code`,
        emailSubject: 'x',
      }))
      const name = `message-${Date.now()}`
      await subject.send('SignUp', toSignUp(subject.ids, name))
      const code = await readCode(subject, subject.pool.name, `${name}@example.com`)
      const messages = JSON.stringify(await subject.get(`/_lifeguard/inbox?to=${name}@example.com`))
      const isReplaced = `${messages}${subject.pool.output()}`.includes(`My ${code} code`)
      const placeholder = find(subject, 'CustomMessage')?.request.codeParameter
      return compare({ placeholder, isReplaced }, { placeholder: '{####}', isReplaced: true })
    },
  },
  {
    text: 'UpdateUserPool resets each setting that is omitted',
    probe: async (subject) => {
      const { UserPoolId } = await createPoolWith(subject, [])
      await subject.send('UpdateUserPool', { UserPoolId, MfaConfiguration: 'OFF' })
      const { UserPool } = await subject.send('DescribeUserPool', { UserPoolId })
      return compare(Object(UserPool).AutoVerifiedAttributes ?? [], [])
    },
  },
]

function fail(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

/** Runs a probe. */
export async function probeFidelity(subject: Subject, { probe }: FidelityProbe): Promise<Finding> {
  subject.functions.reset()
  try {
    return await probe(subject)
  } catch (error) {
    return {
      kind: 'unknown',
      note: `not reached: ${error instanceof Error ? error.message.replace(/^http\S+ answers /, '') : String(error)}`,
    }
  }
}
