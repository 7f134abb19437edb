import { escapeUTF8 } from 'entities/escape'

/** The texts of an email, with placeholders such as `{{appName}}`. `{{#name}} ... {{/name}}` is left out if the user has no name. */
export interface TemplateFiles {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The values of the placeholders, except the user's name. */
export type TemplateValues = Readonly<Record<string, string>>

/** An email template for all users. */
export interface MailTemplate {
  /** Returns the email for a user. `name` is undefined if the user has no usable name. */
  readonly render: (name: string | undefined) => TemplateFiles
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
  const render = (name: string | undefined): TemplateFiles => {
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
  render('')
  return { render }
}

/** Replaces line breaks, because in a subject they could inject another header, or SES would reject the email. */
function toOneLine(text: string): string {
  // A string, because a regular expression literal with Unicode classes slows down loading the file.
  const breaks = '[\\p{Cc}\\p{Zl}\\p{Zp}]+'
  return (/[^ -~]/.test(text) ? text.replace(new RegExp(breaks, 'gu'), ' ') : text).trim()
}
