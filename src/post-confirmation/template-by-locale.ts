import { listFallbacks, normaliseTag, readLocales } from '../shared/messages/locales.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { MailTemplate } from './template.ts'

const OWNER = 'mailTemplateByLocale()'

/** Options of {@link mailTemplateByLocale}. */
export interface MailTemplateByLocaleOptions {
  /** The language of users whose language has no template, such as `en`. */
  readonly fallback: string
  /** The user attribute with the language, `locale` by default. */
  readonly attribute?: string
}

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
  assertOptions(OWNER, options, ['fallback', 'attribute'])
  const { fallback, attribute = 'locale' } = options
  const byTag = readLocales(OWNER, 'templates', templates)
  for (const [tag, template] of byTag) {
    if (typeof template?.render !== 'function')
      throw new TypeError(`${OWNER}: the template for ${tag} is ${describeValue(template)}; expected mailTemplate(files, values)`)
  }
  if (typeof attribute !== 'string' || attribute === '')
    throw new TypeError(`${OWNER}: attribute is ${describeValue(attribute)}; expected the name of a user attribute`)
  const last = typeof fallback === 'string' ? byTag.get(normaliseTag(fallback)) : undefined
  if (last === undefined)
    throw new TypeError(`${OWNER}: fallback is ${JSON.stringify(fallback)}; expected one of ${[...byTag.keys()].join(', ')}`)
  return {
    reads: [...new Set([attribute, ...[...byTag.values()].flatMap(({ reads = [] }) => reads)])],
    render: (recipient) => (lookUp(byTag, recipient.attributes[attribute] ?? '') ?? last).render(recipient),
  }
}

function lookUp(byTag: ReadonlyMap<string, MailTemplate>, locale: string): MailTemplate | undefined {
  const tag = listFallbacks(locale).find((each) => byTag.has(each))
  return tag === undefined ? undefined : byTag.get(tag)
}
