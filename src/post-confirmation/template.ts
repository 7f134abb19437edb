import { escapeUTF8 } from 'entities/escape'
import type { AttributeMap } from '../shared/cognito/event.ts'
import { fillPlaceholders, toOneLine } from '../shared/messages/placeholders.ts'

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

/**
 * Makes an email template. It escapes all values in the HTML part.
 *
 * @throws TypeError with the placeholder's name, if a text has a placeholder without a value.
 * @example
 * mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName: 'Example', appUrl: 'https://app.example.com' })
 */
export function mailTemplate(files: TemplateFiles, values: TemplateValues): MailTemplate {
  const render = ({ name }: Pick<MailRecipient, 'name'>): TemplateFiles => {
    const all = new Map<string, string | undefined>(Object.entries({ ...values, name }))
    const fill = (part: keyof TemplateFiles, write: (value: string) => string): string =>
      fillPlaceholders(files[part], {
        isOptional: (key) => key === 'name',
        read(key, placeholder) {
          const value = all.get(key)
          if (value !== undefined) return write(value)
          if (all.has(key)) return undefined
          throw new TypeError(`Unknown placeholder ${placeholder} in the email's ${part}; expected ${[...all.keys()].join(', ')}`)
        },
      })
    const plain = (value: string): string => value
    return { subject: toOneLine(fill('subject', plain)), text: fill('text', plain), html: fill('html', escapeUTF8) }
  }
  // Reports unknown placeholders at init instead of at the first user. Passes a name, so that name sections are checked too.
  render({ name: '' })
  return { render }
}
