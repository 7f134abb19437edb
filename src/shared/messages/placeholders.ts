// A text has placeholders such as `{{code}}`, and sections such as `{{#name}} {{name}}{{/name}}`. A section is left out if its
// placeholder has no value.

const SECTION = /\{\{#([^{}]*)\}\}(.*?)\{\{\/\1\}\}/gs
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g

/** The functions that fill in a text. */
export interface Filling {
  /** Returns true if a section of this name may be in the text. */
  readonly isOptional: (key: string) => boolean
  /** Returns the value of a placeholder. Undefined if it has none. Throws for an unknown one. */
  readonly read: (key: string, placeholder: string) => string | undefined
}

/** Fills in the placeholders of a text. Values are inserted literally, even if they look like placeholders. */
export function fillPlaceholders(text: string, { isOptional, read }: Filling): string {
  const chosen = !text.includes('{{#')
    ? text
    : text.replace(SECTION, (section, key: string, inner: string) => {
        // Another section stays, so that `read` throws for its first tag.
        if (!isOptional(key)) return section
        return read(key, section) === undefined ? '' : inner
      })
  return chosen.replace(PLACEHOLDER, (placeholder, key: string) => read(key, placeholder) ?? '')
}

/** Returns a text without its sections: what every user gets. */
export function withoutSections(text: string): string {
  return text.includes('{{#') ? text.replace(SECTION, '') : text
}

/**
 * Replaces line breaks and other control characters by spaces. In a subject, a line break could inject another header, or SES would reject
 * the email.
 */
export function toOneLine(text: string): string {
  // A string, because a regular expression literal with Unicode classes slows down loading the file.
  const breaks = '[\\p{Cc}\\p{Zl}\\p{Zp}]+'
  return (/[^ -~]/.test(text) ? text.replace(new RegExp(breaks, 'gu'), ' ') : text).trim()
}
