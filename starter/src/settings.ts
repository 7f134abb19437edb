// What serverless.yml sets in a function's environment, and on your machine lifeguard.env. Nothing else reads it.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type DomainList, domainList, type HandlerSettings, parseEmailAddress, readDomainList } from 'cognito-lifeguard'

/** A setting. One that is empty counts as not set: that is how serverless.yml passes on a parameter without a value. */
export function optional(name: string): string | undefined {
  return process.env[name] || undefined
}

export function required(name: string): string {
  return optional(name) ?? missing(name)
}

export function missing(name: string): never {
  throw new Error(`${name} is missing`)
}

/** One of a few words, in any case. Without a word for where it is not set, it has to be. */
export function oneOf<Word extends string>(name: string, words: readonly Word[], unset?: Word): Word {
  const value = optional(name)?.toLowerCase() ?? unset ?? missing(name)
  return words.find((word) => word === value) ?? wrong(name, `one of ${words.join(', ')}`)
}

/** Email domains separated by commas, or @file: and the name of a list that `npm run build` made of domains/NAME.txt. */
export function domains(name: string): DomainList | undefined {
  const value = optional(name)
  if (value === undefined) return undefined
  const [, file] = /^@file:([^,]+)$/.exec(value) ?? []
  try {
    if (file !== undefined) return readDomainList(readFileSync(resolve(import.meta.dirname, file)))
    return domainList(value.split(',').map((domain) => domain.trim()))
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** A sender. SES takes only ASCII: an international domain is written as xn--... */
export function emailAddress(name: string): string | undefined {
  const value = optional(name)
  return value === undefined || (isAscii(value) && parseEmailAddress(value) !== undefined)
    ? value
    : wrong(name, 'one email address in ASCII')
}

/** The address of a page that may be put into a mail. */
export function webAddress(name: string): string {
  const value = required(name)
  // URL also accepts other slashes, and a user name that looks like a host. The mail shows the text itself.
  const isOne = isAscii(value) && !/[ \\]/.test(value) && /^https:\/\/[^/?#@]+([/?#]|$)/.test(value) && URL.canParse(value)
  return isOne ? value : wrong(name, 'an address in ASCII that begins with https:// and has no spaces, backslashes or user name')
}

/** A text that may stand in a line of a mail. */
export function line(name: string): string {
  const value = required(name)
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value) ? wrong(name, 'a text in one line') : value
}

/** A day that there is, or a time of one with its zone: since user pools began, and no later than tomorrow. */
export function moment(name: string): Date | undefined {
  const value = optional(name)
  if (value === undefined) return undefined
  const isOne = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(value) && value >= '2016'
  // JavaScript takes 31 February for 3 March.
  const isThere = new Date(value.slice(0, 10)).getUTCDate() === Number(value.slice(8, 10))
  const isPast = Date.parse(value) <= Date.now() + 24 * 60 * 60_000
  return isOne && isThere && isPast ? new Date(value) : wrong(name, 'a day from 2016 until today, such as 2026-01-31')
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

/** How every handler writes its log. */
export function logging(): Pick<HandlerSettings, 'logLevel' | 'logHashKey'> {
  const logHashKey = optional('LOG_HASH_KEY')
  return {
    logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
    ...(logHashKey !== undefined && { logHashKey }),
  }
}

// Without the value, which may be a secret.
function wrong(name: string, expected: string): never {
  throw new Error(`${name} is not valid; expected ${expected}`)
}
