import { escapeUTF8 } from 'entities/escape'

/** The texts of a mail, with places such as `{{appName}}`. `{{#name}} ... {{/name}}` stands only where there is a name. */
export interface TemplateFiles {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What the places hold, but for the user's name. */
export type TemplateValues = Readonly<Record<string, string>>

/** A mail for any user. */
export interface MailTemplate {
  /** Fills it in for a user, or for one without a usable name. */
  readonly render: (name: string | undefined) => TemplateFiles
}

const SECTION = /\{\{#name\}\}(.*?)\{\{\/name\}\}/gs
const PLACE = /\{\{([^{}]*)\}\}/g

/**
 * Makes a mail's template. In HTML all values are escaped.
 *
 * @throws TypeError that names the place, when a template has one that no value is given for.
 * @example
 * mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName: 'Example', appUrl: 'https://app.example.com' })
 */
export function mailTemplate(files: TemplateFiles, values: TemplateValues): MailTemplate {
  const render = (name: string | undefined): TemplateFiles => {
    const all = new Map(Object.entries({ ...values, name: name ?? '' }))
    const fill = (part: keyof TemplateFiles, write: (value: string) => string): string =>
      files[part]
        .replace(SECTION, (_, inner: string) => (name === undefined ? '' : inner))
        .replace(PLACE, (place, key: string) => {
          const value = all.get(key)
          if (value === undefined)
            throw new TypeError(`The mail's ${part} has the place ${place}; there are only ${[...all.keys()].join(', ')}`)
          return write(value)
        })
    const plain = (value: string): string => value
    return { subject: toOneLine(fill('subject', plain)), text: fill('text', plain), html: fill('html', escapeUTF8) }
  }
  // A wrong place is found now and not when the first user comes; with a name, so that what stands only beside one is read.
  render('')
  return { render }
}

/** A line break in a subject would begin another header, or make the service refuse the mail. */
function toOneLine(text: string): string {
  // Not as a literal, which is looked up in Unicode's tables when the program is read.
  const breaks = '[\\p{Cc}\\p{Zl}\\p{Zp}]+'
  return (/[^ -~]/.test(text) ? text.replace(new RegExp(breaks, 'gu'), ' ') : text).trim()
}
