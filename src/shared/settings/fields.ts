import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEmailAddress } from '../email/address.ts'
import { readDomainList } from '../email/domain-file.ts'
import { type DomainList, domainList } from '../email/domain-list.ts'
import { type HandlerSettings, LOG_LEVELS, type LogLevel, MIN_HASH_KEY_LENGTH } from '../lambda/settings.ts'
import { type Field, type Fields, optional } from './settings.ts'

/** A text that is not empty. */
export function nonEmptyString(expected: string, example: string): Field<string> {
  return { expected, read: (text) => text, example }
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): Field<Word> {
  return { expected: `one of ${words.join(', ')}`, read: (text) => words.find((word) => word === text), example: words[0] }
}

/** A text without line breaks, to be put into an email. */
export function line(expected: string, example: string): Field<string> {
  // Not as a literal, which V8 would look up in Unicode's tables when it loads the file.
  const isOneLine = (text: string): boolean => isAscii(text) || !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
  return { expected, read: (text) => (isOneLine(text) ? text : undefined), example }
}

/** An email address from which SES sends. SES accepts only ASCII there. */
export function emailAddress(example: string): Field<string> {
  return {
    expected: `one email address in ASCII, such as ${example}; an international domain is written as xn--...`,
    read: (text) => (isAscii(text) && parseEmailAddress(text) !== undefined ? text : undefined),
    example,
  }
}

// `URL` also accepts other slashes, no slashes and a user name that looks like a host. An email shows the text itself.
const HTTPS_AND_HOST = /^https:\/\/[^/?#@]+(?:[/?#]|$)/

/** The address of a web page, to be put into an email. */
export function httpsUrl(example: string): Field<string> {
  const isHttpsUrl = (text: string): boolean => isAscii(text) && !/[ \\]/.test(text) && HTTPS_AND_HOST.test(text) && URL.canParse(text)
  return {
    expected: 'a web address in ASCII that begins with https:// and has no spaces, backslashes or user name',
    read: (text) => (isHttpsUrl(text) ? text : undefined),
    example,
  }
}

/** Returns whether a text holds only printable ASCII. */
function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

// `Date` also accepts `1` and `March`, and reads a time without a zone in the machine's own.
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

// User pools began in 2016: an earlier date is a mistake, and would send a welcome email to every user from before.
const FIRST_YEAR = '2016'
// Tomorrow has begun somewhere.
const AHEAD_MS = 24 * 60 * 60_000

/** A date in the past: a day, which begins at midnight UTC, or a time with its zone. */
export function date(): Field<Date> {
  // `Date` reads 31 February as 3 March, so the number of the day must come back.
  const exists = (text: string): boolean => DATE.test(text) && new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10))
  const isPast = (text: string): boolean => text >= FIRST_YEAR && Date.parse(text) <= Date.now() + AHEAD_MS
  return {
    expected: 'a day from 2016 until today such as 2026-01-31, or a time with its zone such as 2026-01-31T09:00:00Z',
    read: (text) => (exists(text) && isPast(text) ? new Date(text) : undefined),
    example: '2026-01-31',
  }
}

/** A file of domains that `lifeguard domains build` made: Lambda's environment variables hold 4 kB in all. */
export interface DomainFile {
  /** Its path, from the folder of the function's bundle unless it is absolute, as that of a layer is. */
  readonly file: string
}

/** Domains as a setting names them. */
export type DomainsSetting = DomainList | DomainFile

const FILE_PREFIX = '@file:'

/** Email domains, separated by commas, or `@file:` and the name of a built list. */
export function domains(): Field<DomainsSetting> {
  return {
    expected: 'email domains separated by commas, such as example.com,*.example.org, or * for all, or @file: and the name of a built list',
    read: (text) => domainFile(text.trim()) ?? domainList(text.split(',').map((entry) => entry.trim())),
    example: 'example.com,*.example.org',
  }
}

/** Returns the file that a setting names. A comma would begin a second entry: a file is the whole of a setting. */
function domainFile(text: string): DomainFile | undefined {
  const isFile = text.startsWith(FILE_PREFIX) && text.length > FILE_PREFIX.length && !text.includes(',')
  return isFile ? { file: text.slice(FILE_PREFIX.length) } : undefined
}

/**
 * Returns the domains of a setting. Reads their file, if it names one, in the init phase.
 *
 * @param folder The folder of the function's bundle: `import.meta.dirname`.
 * @throws Error that names the file when it cannot be read or is not a list of domains.
 */
export function openDomains(setting: DomainsSetting, folder: string): DomainList {
  if (!('file' in setting)) return setting
  const path = resolve(folder, setting.file)
  try {
    return readDomainList(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `@file:${setting.file} cannot be used: ${path}: ${why}. It has to be in the function's zip, see docs/guides/domain-lists.md`,
      {
        cause,
      },
    )
  }
}

/** The variables that every handler reads. */
export interface LogSettings {
  readonly LOG_LEVEL?: LogLevel | undefined
  readonly LOG_HASH_KEY?: string | undefined
}

/** Their fields. */
export const logFields: Fields<LogSettings> = {
  LOG_LEVEL: optional({
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    read: (text) => LOG_LEVELS.find((level) => level === text.toLowerCase()),
    example: 'info',
  }),
  LOG_HASH_KEY: optional({
    expected: `a random text of at least ${MIN_HASH_KEY_LENGTH} characters`,
    read: (text) => ([...text].length >= MIN_HASH_KEY_LENGTH ? text : undefined),
    example: 'a-random-text-of-32-characters-x',
  }),
}

/** Returns the settings of a handler that these variables hold. */
export function logging({ LOG_LEVEL, LOG_HASH_KEY }: LogSettings): Pick<HandlerSettings, 'logLevel' | 'logHashKey'> {
  return { ...(LOG_LEVEL !== undefined && { logLevel: LOG_LEVEL }), ...(LOG_HASH_KEY !== undefined && { logHashKey: LOG_HASH_KEY }) }
}
