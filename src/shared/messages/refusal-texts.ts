import type { CognitoEvent } from '../cognito/event.ts'
import { assertOptions, describeValue } from '../rules/arguments.ts'
import type { FindRefusalText } from '../rules/decision.ts'
import { isCode, isPublicText, MAX_CODE_LENGTH } from '../rules/outcome.ts'
import { listFallbacks, normaliseTag, readLocales } from './locales.ts'

/** The texts of refusals, by language and by the code of the refusal. */
export interface RefusalCatalogue {
  /** The language of users whose language has no texts, such as `en`. It must have a text for each code. */
  readonly fallback: string
  /** The texts, by language tag (BCP 47) and code. */
  readonly locales: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * The user attribute with the language, `locale` by default. With `false`, only the application chooses the language. Before a password
   * is checked, the language of a text reveals the attribute to anyone who knows the user name.
   */
  readonly localeAttribute?: string | false
}

const OWNER = 'refusalTexts()'

/**
 * Makes a function that finds the text of a refusal in the user's language: the user's `locale`, else the key `locale` of the client
 * metadata, else the fallback. A rule whose code has no text keeps its message.
 *
 * @throws TypeError if a language tag, a code or a text is invalid, or if the fallback lacks a code of another language.
 * @example
 * preSignUp(
 *   { refusalTexts: refusalTexts({ fallback: 'en', locales: { en: { 'email-not-allowed': 'Use the address of your school' } } }) },
 *   allowEmailDomains('example.com'),
 * )
 */
export function refusalTexts(catalogue: RefusalCatalogue): FindRefusalText {
  assertOptions(OWNER, catalogue, ['fallback', 'locales', 'localeAttribute'])
  const { fallback, locales, localeAttribute = 'locale' } = catalogue
  if (typeof locales !== 'object' || locales === null)
    throw new TypeError(
      `${OWNER}: locales is ${describeValue(locales)}; expected texts by language, such as { en: { 'no-invite': '...' } }`,
    )
  if (localeAttribute !== false && (typeof localeAttribute !== 'string' || localeAttribute === ''))
    throw new TypeError(`${OWNER}: localeAttribute is ${describeValue(localeAttribute)}; expected the name of a user attribute, or false`)
  const byTag = readLocales(OWNER, 'entries', locales)
  const last = typeof fallback === 'string' ? normaliseTag(fallback) : ''
  const fallbackTexts = byTag.get(last)
  if (fallbackTexts === undefined)
    throw new TypeError(`${OWNER}: fallback is ${JSON.stringify(fallback)}; expected one of ${[...byTag.keys()].join(', ')}`)
  const reference = { tag: last, texts: fallbackTexts }
  // The fallback first, because the other languages are compared with it.
  for (const [tag, texts] of [[last, fallbackTexts] as const, ...byTag]) assertRefusalTexts(tag, texts, reference)

  return (code, event) => {
    const tags = listLocales(event, localeAttribute).flatMap(listFallbacks)
    const found = [...tags, last].map((tag) => byTag.get(tag)).find((texts) => texts !== undefined && Object.hasOwn(texts, code))
    return found?.[code]
  }
}

function assertRefusalTexts(tag: string, texts: unknown, fallback: { readonly tag: string; readonly texts: object }): void {
  if (typeof texts !== 'object' || texts === null)
    throw new TypeError(`${OWNER}: ${tag} is ${describeValue(texts)}; expected texts by code, such as { 'no-invite': '...' }`)
  for (const [code, text] of Object.entries(texts)) {
    if (!isCode(code))
      throw new TypeError(`${OWNER}: ${tag} has the code '${code}'; expected an identifier of at most ${MAX_CODE_LENGTH} characters`)
    if (!isPublicText(text)) throw new TypeError(`${OWNER}: ${tag}.${code} is ${JSON.stringify(text)}; expected a text for the user`)
    if (!Object.hasOwn(fallback.texts, code))
      throw new TypeError(`${OWNER}: ${fallback.tag} has no text for '${code}', but ${tag} has one; expected a text in the fallback`)
  }
}

/** Lists the languages of a user, best first. InitiateAuth sends the application's metadata as validation data. */
function listLocales(event: CognitoEvent, localeAttribute: string | false): readonly string[] {
  const { userAttributes, clientMetadata, validationData }: Readonly<Record<string, unknown>> = { ...event.request }
  const given: readonly unknown[] = [
    localeAttribute === false ? undefined : Object(userAttributes)[localeAttribute],
    Object(clientMetadata).locale,
    Object(validationData).locale,
  ]
  return given.filter((locale) => typeof locale === 'string')
}
