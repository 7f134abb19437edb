import type { SourceOf } from '../cognito/triggers.ts'
import type { CodeLink } from './code-link.ts'

type NameFrom<Source extends string> = Source extends `${string}_${infer Name}` ? Name : never

/** The name of a message: the part of a trigger source after `_`, such as `ForgotPassword`. */
export type MessageName = NameFrom<SourceOf<'CustomMessage' | 'CustomEmailSender'>>

/** The texts of an email. Cognito itself sends only `subject` and `html`. */
export interface EmailTexts {
  readonly subject: string
  readonly html: string
  /** The email without HTML. Rules that send emails themselves need it. */
  readonly text?: string
}

/** The texts of one message. */
export interface MessageTexts {
  readonly email?: EmailTexts
  readonly sms?: string
}

/** The messages of one language. `default` is the text of every message with a code that has no text of its own. */
export type LanguageTexts = { readonly [Name in MessageName | 'default']?: MessageTexts }

/** The values of your own placeholders, by name. */
export type OwnValues = Readonly<Record<string, string | CodeLink>>

/** The values of placeholders that only the sender of a message knows. */
export interface MessageValues {
  readonly code?: string | undefined
  /** Only for `AdminCreateUser`. */
  readonly username?: string | undefined
  // Only for `AccountTakeOverNotification`.
  readonly loginTime?: string | undefined
  readonly ipAddress?: string | undefined
  readonly city?: string | undefined
  readonly country?: string | undefined
  readonly deviceName?: string | undefined
  readonly validLink?: string | undefined
  readonly invalidLink?: string | undefined
}

/** The name of a placeholder that is not the catalogue's own. */
export type Placeholder = keyof MessageValues | 'name'

/** The placeholders that a message must have, and those that it may have. */
export interface Placeholders {
  readonly required: readonly Placeholder[]
  readonly optional: readonly Placeholder[]
}

const WITH_CODE: Placeholders = { required: ['code'], optional: ['name'] }

// Cognito needs the code in each message, and the user name in an invitation.
const PLACEHOLDERS: Readonly<Record<MessageName | 'default', Placeholders>> = {
  default: WITH_CODE,
  SignUp: WITH_CODE,
  AdminCreateUser: { required: ['code', 'username'], optional: ['name'] },
  ResendCode: WITH_CODE,
  ForgotPassword: WITH_CODE,
  UpdateUserAttribute: WITH_CODE,
  VerifyUserAttribute: WITH_CODE,
  Authentication: WITH_CODE,
  AccountTakeOverNotification: {
    required: [],
    optional: ['name', 'loginTime', 'ipAddress', 'city', 'country', 'deviceName', 'validLink', 'invalidLink'],
  },
}

/** The names of the messages that a language may have. */
export const MESSAGE_NAMES: readonly string[] = Object.keys(PLACEHOLDERS)

/** Returns true if a string is the name of a message that AWS documents, or `default`. */
export function isMessageName(name: string): name is MessageName | 'default' {
  return Object.hasOwn(PLACEHOLDERS, name)
}

/** Returns the placeholders of a message. A message with an unknown name has a code. */
export function findPlaceholders(name: string): Placeholders {
  return isMessageName(name) ? PLACEHOLDERS[name] : WITH_CODE
}

/**
 * Returns the text of a message for one channel, in the first language that has one. In each language, a message that needs nothing but a
 * code can have the text `default`.
 */
export function findTexts<Channel extends keyof MessageTexts>(
  languages: readonly LanguageTexts[],
  name: string,
  channel: Channel,
): MessageTexts[Channel] | undefined {
  const hasDefault = findPlaceholders(name) === WITH_CODE
  for (const texts of languages) {
    const found = (isMessageName(name) ? texts[name]?.[channel] : undefined) ?? (hasDefault ? texts.default?.[channel] : undefined)
    if (found !== undefined) return found
  }
  return undefined
}
