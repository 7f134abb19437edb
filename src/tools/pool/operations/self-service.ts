import * as z from 'zod'
import { CONTACTS, type Contact, checkAttributes, isContact, normaliseAttributes, readableAttributes, setVerified } from '../attributes.ts'
import { invalidParameter } from '../errors.ts'
import { accessToken, adminTarget, attributeList, code, metadata, toAttributeList } from '../input.ts'
import { createCode, type DeliveryDetails, describeDelivery, messageSteps, toContact } from '../messages.ts'
import type { User } from '../model.ts'
import { checkAliases, listVerified, verifyContact } from '../new-user.ts'
import { type Condition, check, defineOperation, type Flow, type Operation, onlyIf, type Step, write } from '../operation.ts'
import { removeUser } from '../store.ts'
import { checkCode, describeUser, findTarget, getUser, save } from '../users.ts'

const onlyToken = z.object({ AccessToken: accessToken })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html */
export const GetUser: Operation = defineOperation('token', onlyToken, [
  check('describes the user', (flow) => {
    const { Username, PreferredMfaSetting, UserMFASettingList, MFAOptions } = describeUser(flow.pool, getUser(flow))
    const mfa = { ...(MFAOptions !== undefined && { MFAOptions }), ...(PreferredMfaSetting !== undefined && { PreferredMfaSetting }) }
    const list = UserMFASettingList !== undefined && { UserMFASettingList }
    flow.answer = { Username, UserAttributes: toAttributeList(readableAttributes(getUser(flow), flow.client)), ...mfa, ...list }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUser.html */
export const DeleteUser: Operation = defineOperation('token', onlyToken, [
  write('the user, deleted', (flow) => removeUser(flow.world.store, flow.pool, getUser(flow))),
])

type Update = { readonly UserAttributes: Record<string, string> }

const CHANGES: Readonly<Record<Contact, Condition<Update>>> = {
  email: { text: 'the email address needs a code', holds: ({ toVerify }) => toVerify.includes('email') },
  phone_number: { text: 'the phone number needs a code', holds: ({ toVerify }) => toVerify.includes('phone_number') },
}

/** The steps that write attributes, and send a code to each contact that needs one. */
function updateSteps<Input extends Update>(isAdmin: boolean): readonly Step<Input>[] {
  return [
    check('the attributes are valid and the app client may write them', (flow) => {
      checkAttributes(flow.pool, flow.input.UserAttributes, isAdmin ? undefined : flow.client)
      checkAliases(flow.pool, getUser(flow).username, normaliseAttributes(flow.pool, flow.input.UserAttributes))
    }),
    write('the attributes; a contact that must be verified first waits', (flow) => writeAttributes(flow, isAdmin)),
    ...CONTACTS.flatMap((contact) =>
      onlyIf<Input>(CHANGES[contact], [
        ...messageSteps<Input>('UpdateUserAttribute', (flow) => toNewContact(flow, contact)),
        check('describes the delivery', (flow) => {
          const message = toNewContact(flow, contact)
          const before: readonly unknown[] = Array.isArray(flow.answer.CodeDeliveryDetailsList) ? flow.answer.CodeDeliveryDetailsList : []
          if (message !== undefined && !isAdmin)
            flow.answer.CodeDeliveryDetailsList = [...before, describeDelivery(message, contact) satisfies DeliveryDetails]
        }),
      ]),
    ),
  ]
}

function toNewContact(flow: Flow<Update>, contact: Contact): ReturnType<typeof toContact> {
  const user = getUser(flow)
  const to = user.pending[contact] ?? user.attributes[contact]
  return to === undefined ? undefined : toContact({ ...user, attributes: { [contact]: to } }, contact, user.codes[contact]?.value ?? '')
}

function writeAttributes(flow: Flow<Update>, isAdmin: boolean): void {
  const { pool, world } = flow
  const user = getUser(flow)
  const given = normaliseAttributes(pool, flow.input.UserAttributes)
  const waiting = pool.settings.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate
  const contacts = new Set<Contact>()
  const verified = isAdmin ? listVerified(given) : []
  for (const [name, value] of Object.entries(given)) {
    // A contact is verified at the end, when its alias can move.
    if (verified.some((contact) => name === `${contact}_verified`)) continue
    if (!isContact(name)) {
      user.attributes[name] = value
      continue
    }
    const isSame = value === user.attributes[name]
    // A code for another address must not verify this one.
    if (!isSame || user.pending[name] !== undefined) delete user.codes[name]
    delete user.pending[name]
    if (isSame) continue
    const isSetVerified = verified.includes(name)
    if (!isSetVerified && value !== '' && pool.settings.AutoVerifiedAttributes.includes(name)) {
      contacts.add(name)
      user.codes[name] = createCode(world.now())
    }
    if (!isSetVerified && waiting.includes(name) && contacts.has(name)) user.pending[name] = value
    else {
      user.attributes[name] = value
      setVerified(user, name, false)
    }
  }
  for (const [name, value] of Object.entries(given)) if (value === '') removeAttribute(user, name)
  flow.toVerify = [...contacts]
  save(flow, user)
  for (const contact of verified) verifyContact(flow, user, contact, true)
}

const updateInput = z.object({ AccessToken: accessToken, UserAttributes: attributeList, ClientMetadata: metadata })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserAttributes.html */
export const UpdateUserAttributes: Operation = defineOperation<z.infer<typeof updateInput>>('token', updateInput, updateSteps(false))

const adminUpdateInput = adminTarget.extend({ UserAttributes: attributeList, ClientMetadata: metadata })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUpdateUserAttributes.html */
export const AdminUpdateUserAttributes: Operation = defineOperation<z.infer<typeof adminUpdateInput>>('IAM', adminUpdateInput, [
  check('the user exists', findTarget),
  ...updateSteps<z.infer<typeof adminUpdateInput>>(true),
])

const names = z.array(z.string().min(1))

function removeAttributes(flow: Flow<{ readonly UserAttributeNames: readonly string[] }>): void {
  const user = getUser(flow)
  for (const name of flow.input.UserAttributeNames) {
    if (name === 'sub') throw invalidParameter('Cannot modify the non-mutable attribute sub')
    removeAttribute(user, name)
  }
  save(flow, user)
}

function removeAttribute(user: User, name: string): void {
  delete user.attributes[name]
  if (!isContact(name)) return
  delete user.attributes[`${name}_verified`]
  delete user.pending[name]
  delete user.codes[name]
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserAttributes.html */
export const DeleteUserAttributes: Operation = defineOperation('token', onlyToken.extend({ UserAttributeNames: names }), [
  check('the app client may write the attributes', (flow) => {
    checkAttributes(flow.pool, Object.fromEntries(flow.input.UserAttributeNames.map((name) => [name, ''])), flow.client)
  }),
  write('the attributes, removed', removeAttributes),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUserAttributes.html */
export const AdminDeleteUserAttributes: Operation = defineOperation('IAM', adminTarget.extend({ UserAttributeNames: names }), [
  check('the user exists', findTarget),
  write('the attributes, removed', removeAttributes),
])

const codeInput = onlyToken.extend({ AttributeName: z.string(), ClientMetadata: metadata })
const getContact = (flow: Flow<{ readonly AttributeName: string }>): Contact => {
  const { AttributeName } = flow.input
  if (isContact(AttributeName)) return AttributeName
  throw invalidParameter('Cannot verify attribute of this type')
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAttributeVerificationCode.html */
export const GetUserAttributeVerificationCode: Operation = defineOperation<z.infer<typeof codeInput>>('token', codeInput, [
  check('the user has the contact', (flow) => {
    const user = getUser(flow)
    const contact = getContact(flow)
    if (user.attributes[contact] === undefined && user.pending[contact] === undefined)
      throw invalidParameter(`User does not have ${contact}`)
  }),
  write('a new code', (flow) => {
    getUser(flow).codes[getContact(flow)] = createCode(flow.world.now())
    save(flow, getUser(flow))
  }),
  ...messageSteps<z.infer<typeof codeInput>>('VerifyUserAttribute', (flow) => {
    const contact = getContact(flow)
    const user = getUser(flow)
    const to = user.pending[contact] ?? user.attributes[contact] ?? ''
    const message = toContact({ ...user, attributes: { [contact]: to } }, contact, user.codes[contact]?.value ?? '')
    if (message !== undefined) flow.answer = { CodeDeliveryDetails: describeDelivery(message, contact) }
    return message
  }),
])

const verifyInput = onlyToken.extend({ AttributeName: z.string(), Code: code })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifyUserAttribute.html */
export const VerifyUserAttribute: Operation = defineOperation('token', verifyInput, [
  check('the code is right', (flow) => {
    const user = getUser(flow)
    checkCode(flow.world, user.codes[getContact(flow)], flow.input.Code)
  }),
  write('the contact, verified', (flow) => {
    const user = getUser(flow)
    const contact = getContact(flow)
    const before = user.attributes[contact]
    const waiting = user.pending[contact]
    if (waiting !== undefined) user.attributes[contact] = waiting
    try {
      verifyContact(flow, user, contact, false)
    } catch (error) {
      if (before === undefined) delete user.attributes[contact]
      else user.attributes[contact] = before
      throw error
    }
    delete user.codes[contact]
    delete user.pending[contact]
    save(flow, user)
  }),
])
