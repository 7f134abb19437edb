import { escapeUTF8 } from 'entities/escape'
import { type CodeLink, isCodeLink } from './code-link.ts'
import { type Filling, fillPlaceholders, toOneLine } from './placeholders.ts'
import type { EmailTexts, MessageValues, OwnValues } from './texts.ts'

/** The values of a message for one user. */
export type Values = MessageValues & { readonly name?: string | undefined }

/** Writes a value into a text. */
export type WriteValue = (value: string) => string

export const escapeHtml: WriteValue = escapeUTF8
export const writePlain: WriteValue = (value) => value

/** Placeholders that may have no value. A text can have a section for each of them. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'name',
  'loginTime',
  'ipAddress',
  'city',
  'country',
  'deviceName',
  'validLink',
  'invalidLink',
])

/** Returns the functions that fill in a text whose placeholders are known. */
export function createFilling(
  own: OwnValues,
  values: Values,
  write: WriteValue,
): Filling & { readonly read: (key: string) => string | undefined } {
  const given: Readonly<Record<string, string | undefined>> = { ...values }
  const readGiven = (key: string): string | undefined => {
    const value = Object.hasOwn(given, key) ? given[key] : undefined
    if (value === undefined && !OPTIONAL.has(key)) throw new TypeError(`The message needs a value for {{${key}}}`)
    return value === undefined ? undefined : toOneLine(value)
  }
  return {
    isOptional: (key) => OPTIONAL.has(key),
    read(key) {
      const value = Object.hasOwn(own, key) ? own[key] : readGiven(key)
      if (isCodeLink(value)) return writeLink(value, readGiven('code') ?? '', write)
      return value === undefined ? undefined : write(value)
    },
  }
}

/** Cognito's placeholder, which it replaces by the code. */
export const CODE_PARAMETER = '{####}'

function writeLink({ before, after }: CodeLink, code: string, write: WriteValue): string {
  return write(before) + (code === CODE_PARAMETER ? code : encodeURIComponent(code)) + write(after)
}

/** Fills in the texts of an email. Values are escaped in HTML only. */
export function fillEmail({ subject, html, text }: EmailTexts, own: OwnValues, values: Values): Required<EmailTexts> {
  const plain = createFilling(own, values, writePlain)
  return {
    subject: toOneLine(fillPlaceholders(subject, plain)),
    html: fillPlaceholders(html, createFilling(own, values, escapeHtml)),
    text: text === undefined ? '' : fillPlaceholders(text, plain),
  }
}

/** Fills in the text of an SMS. */
export function fillSms(sms: string, own: OwnValues, values: Values): string {
  return fillPlaceholders(sms, createFilling(own, values, writePlain))
}
