import { escapeUTF8 } from 'entities/escape'
import type { AttributeMap } from '../shared/cognito/event.ts'

/** The texts of an email, with placeholders such as `{{appName}}`. `{{#name}} ... {{/name}}` is left out if the user has no name. */
export interface TemplateFiles {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The values of the placeholders, except the user's name. */
export type TemplateValues = Readonly<Record<string, string>>

/** The user to whom a template is rendered. */
export interface MailRecipient {
  /** The user's name. Undefined if the user has no usable name. */
  readonly name: string | undefined
  /** The attributes that the rule and the template read. */
  readonly attributes: AttributeMap
}

/** Creates emails. */
export interface MailTemplate {
  /** The user attributes that `render` reads. The ledger stores only declared attributes, so `render` gets no others. */
  readonly reads?: readonly string[]
  /** Returns the email for a user. */
  readonly render: (recipient: MailRecipient) => TemplateFiles
}

const SECTION = /\{\{#name\}\}(.*?)\{\{\/name\}\}/gs
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g

/**
 * Makes an email template. It escapes all values in the HTML part.
 *
 * @throws TypeError with the placeholder's name, if a text has a placeholder without a value.
 * @example
 * mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName: 'Example', appUrl: 'https://app.example.com' })
 */
export function mailTemplate(files: TemplateFiles, values: TemplateValues): MailTemplate {
  const render = ({ name }: Pick<MailRecipient, 'name'>): TemplateFiles => {
    const all = new Map(Object.entries({ ...values, name: name ?? '' }))
    const fill = (part: keyof TemplateFiles, write: (value: string) => string): string =>
      files[part]
        .replace(SECTION, (_, inner: string) => (name === undefined ? '' : inner))
        .replace(PLACEHOLDER, (placeholder, key: string) => {
          const value = all.get(key)
          if (value === undefined)
            throw new TypeError(`Unknown placeholder ${placeholder} in the email's ${part}; expected ${[...all.keys()].join(', ')}`)
          return write(value)
        })
    const plain = (value: string): string => value
    return { subject: toOneLine(fill('subject', plain)), text: fill('text', plain), html: fill('html', escapeUTF8) }
  }
  // Reports unknown placeholders at init instead of at the first user. Passes a name, so that name sections are checked too.
  render({ name: '' })
  return { render }
}

/** Replaces line breaks, because in a subject they could inject another header, or SES would reject the email. */
function toOneLine(text: string): string {
  // A string, because a regular expression literal with Unicode classes slows down loading the file.
  const breaks = '[\\p{Cc}\\p{Zl}\\p{Zp}]+'
  return (/[^ -~]/.test(text) ? text.replace(new RegExp(breaks, 'gu'), ' ') : text).trim()
}
