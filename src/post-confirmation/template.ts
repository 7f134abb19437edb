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
  const known = new Set([...Object.keys(values), 'name'])
  for (const [part, source] of Object.entries(files)) assertPlaces(part, source, known)
  return {
    render(name) {
      const fill = (source: string, write: (value: string) => string): string =>
        source
          .replace(SECTION, (_, inner: string) => (name === undefined ? '' : inner))
          .replace(PLACE, (_, place: string) => write(place === 'name' ? (name ?? '') : (values[place] ?? '')))
      const plain = (value: string): string => value
      return { subject: oneLine(fill(files.subject, plain)), text: fill(files.text, plain), html: fill(files.html, escapeUTF8) }
    },
  }
}

/** A line break in a subject would begin another header, or make the service refuse the mail. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

function assertPlaces(part: string, source: string, known: ReadonlySet<string>): void {
  for (const [place, name = ''] of source.replace(SECTION, '$1').matchAll(PLACE)) {
    if (!known.has(name)) throw new TypeError(`The mail's ${part} has the place ${place}; there are only ${[...known].join(', ')}`)
  }
}
