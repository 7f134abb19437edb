import * as z from 'zod'
import { checkAttributes } from '../attributes.ts'
import { CognitoError, invalidParameter } from '../errors.ts'
import { adminTarget, attributeList, metadata, password, toAttributeList } from '../input.ts'
import { messageSteps, toContact } from '../messages.ts'
import type { Medium, User } from '../model.ts'
import { checkNewName, listVerified, storeNewUser, toNewUser } from '../new-user.ts'
import { type Condition, check, defineOperation, type Flow, type Operation, type Step, write } from '../operation.ts'
import { checkPolicy, createTemporaryPassword, setPassword } from '../passwords.ts'
import { findUser, removeUser } from '../store.ts'
import { trigger } from '../triggers.ts'
import { describeUser, findTarget, getUser, save } from '../users.ts'

const medium = z.enum(['EMAIL', 'SMS'])
const createInput = adminTarget.extend({
  UserAttributes: attributeList.default({}),
  ValidationData: attributeList.optional(),
  TemporaryPassword: password.optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  DesiredDeliveryMediums: z.array(medium).optional(),
  ForceAliasCreation: z.boolean().default(false),
  ClientMetadata: metadata,
})
type CreateFlow = Flow<z.infer<typeof createInput>>
type CreateCondition = Condition<z.infer<typeof createInput>>

const IS_NEW: CreateCondition = { text: 'MessageAction is not RESEND', holds: ({ input }) => input.MessageAction !== 'RESEND' }
const IS_RESENT: CreateCondition = { text: 'MessageAction is RESEND', holds: ({ input }) => input.MessageAction === 'RESEND' }

/** The steps that send the temporary password by one medium. Without a wish, Cognito sends a text message. */
function inviteBy(wanted: Medium, contact: 'email' | 'phone_number'): readonly Step<z.infer<typeof createInput>>[] {
  return messageSteps<z.infer<typeof createInput>>(
    'AdminCreateUser',
    (flow) => toContact(getUser(flow), contact, flow.temporaryPassword ?? ''),
    {
      text: `MessageAction is not SUPPRESS, and DesiredDeliveryMediums has ${wanted}${wanted === 'SMS' ? ' or is missing' : ''}`,
      holds: ({ input }) => input.MessageAction !== 'SUPPRESS' && (input.DesiredDeliveryMediums ?? ['SMS']).includes(wanted),
    },
  )
}

/** Describes a user in the answer of an operation that lists or creates users. */
export function toUserType(flow: Pick<Flow, 'pool'>, user: User): Record<string, unknown> {
  const { PreferredMfaSetting: _, UserMFASettingList: __, ...rest } = describeUser(flow.pool, user)
  return { ...rest, Attributes: toAttributeList({ sub: user.sub, ...user.attributes, ...toIdentityAttribute(user) }) }
}

function toIdentityAttribute({ identities }: User): Record<string, string> {
  return identities.length === 0 ? {} : { identities: JSON.stringify(identities) }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html */
export const AdminCreateUser: Operation = defineOperation<z.infer<typeof createInput>>('IAM', createInput, [
  check(
    'the name is free, and the password and the attributes are valid',
    (flow: CreateFlow) => {
      const { pool, input } = flow
      const newUser = toNewUser(pool, input.Username, input.UserAttributes)
      checkNewName(pool, newUser)
      checkAttributes(pool, newUser.attributes, undefined)
      if (input.TemporaryPassword !== undefined) checkPolicy(pool, input.TemporaryPassword)
      flow.validationData = input.ValidationData
      flow.draft = { newUser, confirm: false, verify: listVerified(newUser.attributes) }
    },
    IS_NEW,
  ),
  check(
    'the user waits for its first sign-in',
    (flow: CreateFlow) => {
      findTarget(flow)
      if (getUser(flow).status !== 'FORCE_CHANGE_PASSWORD')
        throw new CognitoError(
          'UnsupportedUserStateException',
          `Resend not possible. ${getUser(flow).username} status is not FORCE_CHANGE_PASSWORD`,
        )
    },
    IS_RESENT,
  ),
  // Cognito ignores what the function answers for a user that an administrator creates.
  trigger({
    source: 'PreSignUp_AdminCreateUser',
    when: IS_NEW,
    passes: ['validationData', 'clientMetadata'],
    event: ({ draft }: CreateFlow) => ({
      clientId: 'CLIENT_ID_NOT_APPLICABLE',
      userName: draft?.newUser.username,
      attributes: draft?.newUser.attributes ?? {},
    }),
  }),
  write(
    'the user, FORCE_CHANGE_PASSWORD',
    (flow: CreateFlow) => {
      if (flow.draft === undefined) return
      flow.user = storeNewUser(flow, flow.draft, 'FORCE_CHANGE_PASSWORD', flow.input.ForceAliasCreation)
    },
    IS_NEW,
  ),
  write('the temporary password', (flow: CreateFlow) => {
    const temporary = flow.input.TemporaryPassword ?? createTemporaryPassword(flow.pool)
    flow.temporaryPassword = temporary
    setPassword(flow.world, flow.pool, getUser(flow), temporary, 'temporary')
    flow.answer = { User: toUserType(flow, getUser(flow)) }
  }),
  ...inviteBy('SMS', 'phone_number'),
  ...inviteBy('EMAIL', 'email'),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html */
export const AdminGetUser: Operation = defineOperation('IAM', adminTarget, [
  check('describes the user', (flow) => {
    findTarget(flow)
    const user = getUser(flow)
    const UserAttributes = toAttributeList({ sub: user.sub, ...user.attributes, ...toIdentityAttribute(user) })
    flow.answer = { ...describeUser(flow.pool, user), UserAttributes }
  }),
])

function changeUser(text: string, change: (user: User) => void): Operation {
  return defineOperation('IAM', adminTarget, [
    check('the user exists', findTarget),
    write(text, (flow) => {
      change(getUser(flow))
      save(flow, getUser(flow))
    }),
  ])
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminEnableUser.html */
export const AdminEnableUser: Operation = changeUser('the user, enabled', (user) => {
  user.enabled = true
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html */
export const AdminDisableUser: Operation = changeUser('the user, disabled', (user) => {
  user.enabled = false
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUser.html */
export const AdminDeleteUser: Operation = defineOperation('IAM', adminTarget, [
  check('the user exists', findTarget),
  write('the user, deleted', (flow) => removeUser(flow.world.store, flow.pool, getUser(flow))),
])

const linkUser = z.object({ ProviderName: z.string(), ProviderAttributeName: z.string().optional(), ProviderAttributeValue: z.string() })
const linkInput = z.object({ UserPoolId: z.string(), DestinationUser: linkUser, SourceUser: linkUser })
const MAX_IDENTITIES = 5

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminLinkProviderForUser.html */
export const AdminLinkProviderForUser: Operation = defineOperation('IAM', linkInput, [
  check('the destination exists, and the source belongs to no other user', (flow) => {
    const { DestinationUser, SourceUser } = flow.input
    flow.user = findUser(flow.pool, DestinationUser.ProviderAttributeValue)
    getUser(flow)
    const { ProviderName, ProviderAttributeValue } = SourceUser
    const owner = findLinked(flow, ProviderName, ProviderAttributeValue)
    if (owner !== undefined) throw invalidParameter('SourceUser is already linked to DestinationUser')
    if (getUser(flow).identities.length >= MAX_IDENTITIES)
      throw new CognitoError('LimitExceededException', 'The user has the maximum number of linked identities.')
  }),
  write('the identity, linked', (flow) => {
    const { ProviderName, ProviderAttributeValue: userId } = flow.input.SourceUser
    const providerType = String(flow.pool.providers.get(ProviderName)?.ProviderType ?? 'OIDC')
    const identity = { userId, providerName: ProviderName, providerType, issuer: null, primary: false, dateCreated: flow.world.now() }
    getUser(flow).identities = [...getUser(flow).identities, identity]
    save(flow, getUser(flow))
  }),
])

/** Finds the user with an identity at a provider. */
export function findLinked(flow: Pick<Flow, 'pool'>, providerName: string, userId: string): User | undefined {
  for (const user of flow.pool.users.values())
    if (user.identities.some((each) => each.providerName === providerName && each.userId === userId)) return user
  return undefined
}

const unlinkInput = z.object({ UserPoolId: z.string(), User: linkUser })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableProviderForUser.html */
export const AdminDisableProviderForUser: Operation = defineOperation('IAM', unlinkInput, [
  write('the identity, unlinked', (flow) => {
    const { ProviderName, ProviderAttributeValue } = flow.input.User
    const user = findLinked(flow, ProviderName, ProviderAttributeValue) ?? findUser(flow.pool, `${ProviderName}_${ProviderAttributeValue}`)
    flow.user = user
    getUser(flow).identities = getUser(flow).identities.filter(
      (each) => each.providerName !== ProviderName || each.userId !== ProviderAttributeValue,
    )
    save(flow, getUser(flow))
  }),
])
