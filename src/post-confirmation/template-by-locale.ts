import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { MailTemplate } from './template.ts'

/** Options of {@link mailTemplateByLocale}. */
export interface MailTemplateByLocaleOptions {
  /** The language of users whose language has no template, such as `en`. */
  readonly fallback: string
  /** The user attribute with the language, `locale` by default. */
  readonly attribute?: string
}

/** A language tag (BCP 47) such as `de` or `pt-BR`. */
const TAG = /^[a-z]{2,8}(?:-[a-z\d]{1,8})*$/
// RFC 5646 recommends room for 35 characters. Longer values of users are not language tags.
const MAX_LENGTH = 35

/**
 * Makes a template that chooses one of several templates by the user's language. A missing language falls back to a less specific one:
 * `de-AT` to `de`. Case and `_` instead of `-` are ignored, because identity providers send values such as `de_AT`.
 *
 * @param templates The templates, by language tag (BCP 47).
 * @throws TypeError if `fallback` has no template, a language tag is invalid or repeated, or an option is wrong.
 * @see https://www.rfc-editor.org/rfc/rfc4647#section-3.4
 * @example
 * mailTemplateByLocale({ en: mailTemplate(english, values), de: mailTemplate(german, values) }, { fallback: 'en' })
 */
export function mailTemplateByLocale(
  templates: Readonly<Record<string, MailTemplate>>,
  options: MailTemplateByLocaleOptions,
): MailTemplate {
  assertOptions('mailTemplateByLocale()', options, ['fallback', 'attribute'])
  const { fallback, attribute = 'locale' } = options
  const byTag = new Map<string, MailTemplate>()
  for (const [key, template] of Object.entries(templates)) {
    const tag = normalise(key)
    if (!TAG.test(tag)) throw new TypeError(`mailTemplateByLocale(): ${JSON.stringify(key)} is not a language tag such as en or pt-BR`)
    if (byTag.has(tag)) throw new TypeError(`mailTemplateByLocale(): there are two templates for ${tag}`)
    if (typeof template?.render !== 'function')
      throw new TypeError(
        `mailTemplateByLocale(): the template for ${key} is ${describeValue(template)}; expected mailTemplate(files, values)`,
      )
    byTag.set(tag, template)
  }
  if (typeof attribute !== 'string' || attribute === '')
    throw new TypeError(`mailTemplateByLocale(): attribute is ${describeValue(attribute)}; expected the name of a user attribute`)
  const last = typeof fallback === 'string' ? byTag.get(normalise(fallback)) : undefined
  if (last === undefined)
    throw new TypeError(`mailTemplateByLocale(): fallback is ${JSON.stringify(fallback)}; expected one of ${[...byTag.keys()].join(', ')}`)
  return {
    reads: [...new Set([attribute, ...[...byTag.values()].flatMap(({ reads = [] }) => reads)])],
    render: (recipient) => (lookUp(byTag, recipient.attributes[attribute] ?? '') ?? last).render(recipient),
  }
}

function lookUp(byTag: ReadonlyMap<string, MailTemplate>, locale: string): MailTemplate | undefined {
  if (locale.length > MAX_LENGTH) return undefined
  for (let tag = normalise(locale); tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('-'), 0))) {
    const template = byTag.get(tag)
    if (template !== undefined) return template
  }
  return undefined
}

function normalise(tag: string): string {
  return tag.trim().replaceAll('_', '-').toLowerCase()
}
