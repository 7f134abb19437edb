import type { AttributeMap } from '../cognito/event.ts'
import { assertOptions, describeValue } from '../rules/arguments.ts'
import type { MessageSample } from '../rules/rule.ts'
import { checkMessage, type Longest } from './check-message.ts'
import { isCodeLink } from './code-link.ts'
import { fillEmail, fillSms, type Values } from './fill.ts'
import { listFallbacks, normaliseTag, readLocales } from './locales.ts'
import { mailableName } from './mailable-name.ts'
import {
  type EmailTexts,
  findPlaceholders,
  findTexts,
  type LanguageTexts,
  MESSAGE_NAMES,
  type MessageValues,
  type OwnValues,
} from './texts.ts'

/**
 * The texts of messages, by language and message. A placeholder is `{{code}}`, `{{username}}` in `AdminCreateUser`, `{{name}}`, or one of
 * your own. `{{#name}} ... {{/name}}` is left out if the user has no name.
 */
export interface Catalogue {
  /** The language of users whose language has no texts, such as `en`. */
  readonly fallback: string
  /** The texts, by language tag (BCP 47). */
  readonly locales: Readonly<Record<string, LanguageTexts>>
  /** The values of your own placeholders, such as `appName`. */
  readonly values?: OwnValues
  /** The user attribute with the language, `locale` by default. */
  readonly localeAttribute?: string
}

/** The user who gets a message. */
export interface MessageRecipient {
  readonly attributes: AttributeMap
  /** Any app can send it, so it only chooses a language, by its key `locale`. */
  readonly clientMetadata?: AttributeMap | null | undefined
}

/** A message with all placeholders filled in. */
export interface WrittenMessage {
  /** `text` is empty if the catalogue has none. */
  readonly email?: Required<EmailTexts>
  readonly sms?: string
}

/** The needs of the rule that uses a catalogue. */
export interface CatalogueUse {
  /** The start of error messages, such as `messages()`. */
  readonly owner: string
  /** True if each email needs `text`. */
  readonly needsText?: boolean
  /** Set if Cognito sends the messages, so that its maximum lengths hold. */
  readonly cognitoLimits?: Longest
}

/** A valid catalogue. */
export interface CompiledCatalogue {
  /** The user attributes that `write` reads. */
  readonly reads: readonly string[]
  /** True if the catalogue has a text for an email. */
  readonly hasEmails: boolean
  /**
   * Returns a message in the user's language: the user's `locale`, else `clientMetadata.locale`, else the fallback. Values are escaped in
   * HTML, and the user's name is left out if it could be spam.
   *
   * @param name The name of the message. An unknown name gets the text `default`.
   * @returns Undefined if the catalogue has no such message.
   * @throws TypeError if a placeholder of the text has no value.
   */
  readonly write: (name: string, recipient: MessageRecipient, values: MessageValues) => WrittenMessage | undefined
  /** Returns every message of the catalogue with example values, for `lifeguard preview`. */
  readonly samples: () => readonly MessageSample[]
}

/**
 * Checks the texts of a catalogue, and returns a function that writes messages.
 *
 * @throws TypeError with the language, the message and the text, if a text is invalid.
 * @example
 * const texts = compileCatalogue({ fallback: 'en', locales: { en: { default: { sms: '{{code}} is your code' } } } }, { owner: 'sendSms()' })
 * texts.write('SignUp', { attributes: { locale: 'de-AT' } }, { code: '123456' }) // { sms: '123456 is your code' }
 */
export function compileCatalogue(catalogue: Catalogue, use: CatalogueUse): CompiledCatalogue {
  const { owner, needsText = false, cognitoLimits } = use
  const { fallback, values, localeAttribute, byTag } = readCatalogue(owner, catalogue)
  const own = new Set<string>()
  let hasEmails = false
  for (const [tag, messages] of byTag) {
    assertOptions(`${owner}: ${tag}`, messages, MESSAGE_NAMES)
    for (const [name, message] of Object.entries(messages)) {
      const place = `${owner}: ${tag}.${name}`
      assertOptions(place, message, ['email', 'sms'])
      checkMessage(message, { place, name, values, needsText, cognitoLimits })
      hasEmails ||= message.email !== undefined
      if (JSON.stringify(message).includes('{{name}}')) own.add('given_name').add('name')
    }
  }

  const write = (name: string, tags: readonly string[], given: Values): WrittenMessage | undefined => {
    const languages = tags.flatMap((tag) => byTag.get(tag) ?? [])
    const email = findTexts(languages, name, 'email')
    const sms = findTexts(languages, name, 'sms')
    if (email === undefined && sms === undefined) return undefined
    return {
      ...(email && { email: fillEmail(email, values, given) }),
      ...(sms !== undefined && { sms: fillSms(sms, values, given) }),
    }
  }

  return {
    reads: [...new Set([localeAttribute, ...own])],
    hasEmails,
    write(name, { attributes, clientMetadata }, given) {
      const tags = [attributes[localeAttribute], clientMetadata?.locale].flatMap((locale) => listFallbacks(locale ?? ''))
      return write(name, [...tags, fallback], { ...given, name: mailableName({ attributes }) })
    },
    samples: () =>
      [...byTag].flatMap(([locale, messages]) =>
        Object.keys(messages).map((name): MessageSample => {
          const { email, sms } = write(name, [locale], exampleValues(name)) ?? {}
          return { name, locale, ...email, ...(sms !== undefined && { sms }) }
        }),
      ),
  }
}

interface Read extends Required<Pick<Catalogue, 'fallback' | 'values' | 'localeAttribute'>> {
  readonly byTag: ReadonlyMap<string, LanguageTexts>
}

/** Checks everything but the texts. */
function readCatalogue(owner: string, catalogue: Catalogue): Read {
  assertOptions(owner, catalogue, ['fallback', 'locales', 'values', 'localeAttribute'])
  const { fallback, locales, values = {}, localeAttribute = 'locale' } = catalogue
  if (typeof locales !== 'object' || locales === null)
    throw new TypeError(`${owner}: locales is ${describeValue(locales)}; expected texts by language, such as { en: { default: { sms } } }`)
  if (typeof localeAttribute !== 'string' || localeAttribute === '')
    throw new TypeError(`${owner}: localeAttribute is ${describeValue(localeAttribute)}; expected the name of a user attribute`)
  for (const [key, value] of Object.entries(values)) {
    if (Object.hasOwn(EXAMPLES, key))
      throw new TypeError(`${owner}: values.${key} is the name of a placeholder of Lifeguard; choose another name`)
    if (typeof value !== 'string' && !isCodeLink(value))
      throw new TypeError(`${owner}: values.${key} is ${describeValue(value)}; expected a string or codeLink(url)`)
  }
  const byTag = readLocales(owner, 'entries', locales)
  const last = typeof fallback === 'string' ? normaliseTag(fallback) : ''
  if (!byTag.has(last))
    throw new TypeError(`${owner}: fallback is ${JSON.stringify(fallback)}; expected one of ${[...byTag.keys()].join(', ')}`)
  return { fallback: last, values, localeAttribute, byTag }
}

const EXAMPLES: Required<Values> = {
  name: 'Mary',
  username: 'mary',
  code: '123456',
  loginTime: 'Fri Jan 30 12:34:56 UTC 2026',
  ipAddress: '192.0.2.1',
  city: 'Vienna',
  country: 'Austria',
  deviceName: 'Chrome on Windows',
  validLink: 'https://example.auth.us-east-1.amazoncognito.com/valid',
  invalidLink: 'https://example.auth.us-east-1.amazoncognito.com/invalid',
}

function exampleValues(name: string): Values {
  return findPlaceholders(name).required.includes('username') ? { ...EXAMPLES, code: 'Temp-pass1' } : EXAMPLES
}
