import * as z from 'zod'
import { CONTACTS, checkAttributes } from '../attributes.ts'
import { CognitoError, invalidParameter, notAuthorized } from '../errors.ts'
import { adminTarget, attributeList, code, metadata, password, userName } from '../input.ts'
import { createCode, describeDelivery, messageSteps, toContact } from '../messages.ts'
import { checkNewName, type Draft, findContactToVerify, storeNewUser, toNewUser, verifyContact } from '../new-user.ts'
import { type Condition, check, defineOperation, type Flow, type Operation, type Step, write } from '../operation.ts'
import { checkPolicy, setPassword } from '../passwords.ts'
import { findUser } from '../store.ts'
import { trigger } from '../triggers.ts'
import { checkCode, findTarget, getUser, hidesUsers, save } from '../users.ts'

const clientTarget = z.object({ ClientId: z.string(), Username: userName, SecretHash: z.string().optional(), ClientMetadata: metadata })

const signUpInput = clientTarget.extend({
  Password: password.optional(),
  UserAttributes: attributeList.default({}),
  ValidationData: attributeList.optional(),
})
type SignUpFlow = Flow<z.infer<typeof signUpInput>>

function getDraft({ draft }: SignUpFlow): Draft {
  if (draft === undefined) throw new TypeError('The sign-up has not started')
  return draft
}

const IS_CONFIRMED: Condition<unknown> = { text: 'the function confirms the user', holds: ({ user }) => user?.status === 'CONFIRMED' }
const IS_UNCONFIRMED: Condition<unknown> = {
  text: 'the function does not confirm the user',
  holds: ({ user }) => user?.status === 'UNCONFIRMED',
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html */
export const SignUp: Operation = defineOperation('none', signUpInput, [
  check('the pool lets users sign up themselves', ({ pool }) => {
    if (pool.settings.AdminCreateUserConfig.AllowAdminCreateUserOnly) throw notAuthorized('SignUp is not permitted for this user pool')
  }),
  check('the name is free, and the password and the attributes are valid', (flow: SignUpFlow) => {
    const { pool, client, input } = flow
    const newUser = toNewUser(pool, input.Username, input.UserAttributes)
    checkNewName(pool, newUser)
    if (input.Password === undefined) checkPasswordless(flow)
    else checkPolicy(pool, input.Password)
    checkAttributes(pool, newUser.attributes, client, true)
    flow.validationData = input.ValidationData
    flow.draft = { newUser, confirm: false, verify: [] }
  }),
  trigger({
    source: 'PreSignUp_SignUp',
    passes: ['validationData', 'clientMetadata'],
    event: (flow: SignUpFlow) => ({ userName: getDraft(flow).newUser.username, attributes: getDraft(flow).newUser.attributes }),
    apply: (flow, { autoConfirmUser, autoVerifyEmail, autoVerifyPhone }) => {
      const { newUser } = getDraft(flow)
      const verify = CONTACTS.filter((name) => (name === 'email' ? autoVerifyEmail : autoVerifyPhone) === true)
      const missing = verify.find((name) => !newUser.attributes[name])
      if (missing !== undefined) throw invalidParameter(`Cannot auto verify ${missing}: the user has no ${missing}.`)
      flow.draft = { newUser, confirm: autoConfirmUser === true, verify }
    },
  }),
  write('the user, UNCONFIRMED or CONFIRMED', (flow: SignUpFlow) => {
    const { newUser, confirm, verify } = getDraft(flow)
    const user = storeNewUser(flow, { newUser, verify }, confirm ? 'CONFIRMED' : 'UNCONFIRMED', true)
    flow.user = user
    if (flow.input.Password !== undefined) setPassword(flow.world, flow.pool, user, flow.input.Password)
    flow.answer = { UserConfirmed: confirm, UserSub: user.sub }
  }),
  trigger({ source: 'PostConfirmation_ConfirmSignUp', when: IS_CONFIRMED, passes: ['clientMetadata'] }),
  ...confirmationSteps('SignUp', IS_UNCONFIRMED),
])

function checkPasswordless({ pool }: SignUpFlow): void {
  if (pool.settings.Policies.SignInPolicy.AllowedFirstAuthFactors.every((factor) => factor === 'PASSWORD'))
    throw invalidParameter("1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null")
}

/** The steps that send a code to confirm a sign-up, if the pool verifies a contact of the user. */
function confirmationSteps<Input>(kind: 'SignUp' | 'ResendCode', when?: Condition<Input>): readonly Step<Input>[] {
  return [
    write<Input>(
      'a new code',
      (flow) => {
        const user = getUser(flow)
        user.codes.confirm = createCode(flow.world.now())
        save(flow, user)
      },
      when,
    ),
    ...messageSteps<Input>(
      kind,
      (flow) => {
        const user = getUser(flow)
        const contact = findContactToVerify(flow.pool, user)
        const message = contact && toContact(user, contact, user.codes.confirm?.value ?? '')
        if (message !== undefined) flow.answer.CodeDeliveryDetails = describeDelivery(message, contact)
        return message
      },
      when,
    ),
  ]
}

const confirmInput = clientTarget.extend({ ConfirmationCode: code, ForceAliasCreation: z.boolean().default(false) })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html */
export const ConfirmSignUp: Operation = defineOperation('none', confirmInput, [
  check('the user is not confirmed yet', (flow) => {
    flow.user = findUser(flow.pool, flow.input.Username)
    // A client that hides which users exist gets the error of a wrong code.
    if (flow.user === undefined && hidesUsers(flow))
      throw new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.')
    const { status } = getUser(flow)
    if (status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${status}`)
  }),
  write('the user, CONFIRMED, with a verified contact', (flow) => {
    const user = getUser(flow)
    const contact = findContactToVerify(flow.pool, user)
    checkCode(flow.world, user.codes.confirm, flow.input.ConfirmationCode)
    // The code stays valid if the alias belongs to another user, so that the client can send it again with ForceAliasCreation.
    if (contact !== undefined) verifyContact(flow, user, contact, flow.input.ForceAliasCreation)
    delete user.codes.confirm
    user.status = 'CONFIRMED'
    save(flow, user)
  }),
  trigger({ source: 'PostConfirmation_ConfirmSignUp', passes: ['clientMetadata'] }),
  write('a session for USER_AUTH, so that the client can sign in without the password', (flow) => {
    const signIn = { poolId: flow.pool.id, clientId: flow.input.ClientId, typedName: flow.input.Username, username: getUser(flow).username }
    flow.answer = { Session: flow.world.sessions.save({ ...signIn, flow: 'USER_AUTH', expected: ['CONFIRMED_SIGN_UP'], results: [] }, 3) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResendConfirmationCode.html */
export const ResendConfirmationCode: Operation = defineOperation('none', clientTarget, [
  check('the user exists and is not confirmed', (flow) => {
    flow.user = findUser(flow.pool, flow.input.Username)
    if (flow.user === undefined && hidesUsers(flow)) {
      flow.answer = { CodeDeliveryDetails: { Destination: 'f***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' } }
      return 'end'
    }
    if (getUser(flow).status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.')
    return undefined
  }),
  ...confirmationSteps<z.infer<typeof clientTarget>>('ResendCode'),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminConfirmSignUp.html */
export const AdminConfirmSignUp: Operation = defineOperation('IAM', adminTarget.extend({ ClientMetadata: metadata }), [
  check('the user exists', findTarget),
  // One step, so that of two requests at once only one confirms the user.
  write('the user, CONFIRMED, if it is not confirmed yet', (flow) => {
    const { status } = getUser(flow)
    if (status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${status}`)
    getUser(flow).status = 'CONFIRMED'
    save(flow, getUser(flow))
  }),
  {
    kind: 'write',
    text: 'the email address, verified',
    assumption: 'admin-confirm-verifies-email',
    run: (flow) => verifyContact(flow, getUser(flow), 'email', true),
  },
  trigger({ source: 'PostConfirmation_ConfirmSignUp', passes: ['clientMetadata'], event: () => ({ clientId: null }) }),
])
