import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { HASH_EXAMPLES, parseHashParameters } from '../directory/hash-parameters.ts'
import { readDomainList } from '../email/domain-file.ts'
import { type DomainList, domainList } from '../email/domain-list.ts'
import { type Mailbox, parseMailbox } from '../email/mailbox.ts'
import { type HandlerSettings, LOG_LEVELS, type LogLevel, MIN_HASH_KEY_LENGTH } from '../lambda/settings.ts'
import { type Field, type Fields, optional } from './settings.ts'

/** A field of settings for a non-empty string. */
export function nonEmptyString(expected: string, example: string): Field<string> {
  return { expected, read: (text) => text, example }
}

/** A field of settings whose value must be one of several words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): Field<Word> {
  return { expected: `one of ${words.join(', ')}`, read: (text) => words.find((word) => word === text), example: words[0] }
}

/** A field of settings for strings separated by commas. Removes the spaces around each. */
export function strings(expected: string, example: string): Field<readonly string[]> {
  const read = (text: string): readonly string[] | undefined => {
    const parts = text.split(',').map((part) => part.trim())
    return parts.includes('') ? undefined : parts
  }
  return { expected: `${expected}, separated by commas`, read, example }
}

/** A field of settings for a whole number from `min` to `max`. */
export function integer(min: number, max: number, example: number): Field<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: (text) => (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
    example: String(example),
  }
}

/** A field of settings for a random secret. Its variable's name should contain `KEY` or `SECRET`, so that errors hide the value. */
export function secret(): Field<string> {
  return {
    expected: `a random text of at least ${MIN_HASH_KEY_LENGTH} characters`,
    read: (text) => ([...text].length >= MIN_HASH_KEY_LENGTH ? text : undefined),
    example: 'a-random-text-of-32-characters-x',
  }
}

/** A field of settings for the ARN of a KMS key. An alias does not work, because encrypted codes name the key. */
export function kmsKeyArn(): Field<string> {
  return {
    expected: 'the ARN of a KMS key, not of an alias',
    read: (text) => (/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(text) ? text : undefined),
    example: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  }
}

/** A field of settings for a string in an email, without line breaks or control characters. */
export function line(expected: string, example: string): Field<string> {
  // Check for ASCII first, because the Unicode regular expression takes time to compile.
  const isOneLine = (text: string): boolean => isAscii(text) || !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
  return { expected, read: (text) => (isOneLine(text) ? text : undefined), example }
}

/** A field of settings for a sender or a reply address, with or without a display name. SES accepts only ASCII in the address. */
export function mailbox(address: string): Field<Mailbox> {
  return {
    expected: `one email address in ASCII, such as ${address} or Example <${address}>; an international domain is written as xn--...`,
    read: parseMailbox,
    example: address,
  }
}

/** A field of settings for an AWS region. */
export function region(): Field<string> {
  return {
    expected: 'an AWS region such as eu-west-1',
    read: (text) => (/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(text) ? text : undefined),
    example: 'eu-west-1',
  }
}

/** A field of settings for the cost of password hashes, such as `bcrypt:cost=10`. */
export function hashCost(): Field<string> {
  return {
    expected: `the cost of hashes, such as ${HASH_EXAMPLES}`,
    read: (text) => ('problem' in parseHashParameters(text) ? undefined : text),
    example: 'bcrypt:cost=10',
  }
}

// Stricter than `URL`, which accepts backslashes, missing slashes and a user name that looks like a host. The email contains the string
// unchanged, so the string itself must be a valid URL.
const HTTPS_AND_HOST = /^https:\/\/[^/?#@]+(?:[/?#]|$)/

/** A field of settings for an HTTPS URL in an email. */
export function httpsUrl(example: string): Field<string> {
  const isHttpsUrl = (text: string): boolean => isAscii(text) && !/[ \\]/.test(text) && HTTPS_AND_HOST.test(text) && URL.canParse(text)
  return {
    expected: 'an https:// URL in ASCII without spaces, backslashes or user name',
    read: (text) => (isHttpsUrl(text) ? text : undefined),
    example,
  }
}

/** Returns true if a string has only printable ASCII characters. */
function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

// Stricter than `Date`, which accepts `1` and `March`, and reads a time without a zone in the local time zone.
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

// User pools exist since 2016, so an earlier date is a mistake. With such a date, every existing user would get a welcome email.
const FIRST_YEAR = '2016'
// Tolerate a date that is up to a day ahead, because of time zones.
const AHEAD_MS = 24 * 60 * 60_000

/** A field of settings for a date in the past: a day, which means midnight UTC, or a time with its zone. */
export function date(): Field<Date> {
  // `Date` parses 31 February as 3 March, so compare the day of the month.
  const exists = (text: string): boolean => DATE.test(text) && new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10))
  const isPast = (text: string): boolean => text >= FIRST_YEAR && Date.parse(text) <= Date.now() + AHEAD_MS
  return {
    expected: 'a day from 2016 until today such as 2026-01-31, or a time with its zone such as 2026-01-31T09:00:00Z',
    read: (text) => (exists(text) && isPast(text) ? new Date(text) : undefined),
    example: '2026-01-31',
  }
}

/** A domain list file that `lifeguard domains build` wrote. Long lists need a file, because Lambda limits environment variables to 4 kB. */
export interface DomainFile {
  /** The path of the file: relative to the folder of the function's bundle, or absolute if the file is in a Lambda layer. */
  readonly file: string
}

/** The value of a setting for email domains and addresses: a list or a file. */
export type DomainsSetting = DomainList | DomainFile

const FILE_PREFIX = '@file:'

/** A field of settings for email domains and addresses separated by commas, or for `@file:` and the path of a domain list file. */
export function domains(): Field<DomainsSetting> {
  return {
    expected:
      'email domains or addresses separated by commas, such as example.com,*.example.org,ann@example.net, or * for all, or @file: and the path of a built list',
    read: (text) => domainFile(text.trim()) ?? domainList(text.split(',').map((entry) => entry.trim())),
    example: 'example.com,*.example.org',
  }
}

/** Parses a value that is a single `@file:` entry. Returns undefined for any other value, including one with a comma. */
function domainFile(text: string): DomainFile | undefined {
  const isFile = text.startsWith(FILE_PREFIX) && text.length > FILE_PREFIX.length && !text.includes(',')
  return isFile ? { file: text.slice(FILE_PREFIX.length) } : undefined
}

/**
 * Returns the domain list of a setting. Call this function in the init phase, because it reads the list's file.
 *
 * @param folder The folder of the function's bundle: `import.meta.dirname`.
 * @throws Error if the file cannot be read or is not a domain list. The message has the file's path.
 */
export function openDomains(setting: DomainsSetting, folder: string): DomainList {
  if (!('file' in setting)) return setting
  const path = resolve(folder, setting.file)
  try {
    return readDomainList(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `@file:${setting.file} cannot be read: ${path}: ${why}. Put the file into the function's zip, see docs/guides/domain-lists.md`,
      {
        cause,
      },
    )
  }
}

/** The log settings that every handler reads. */
export interface LogSettings {
  readonly LOG_LEVEL?: LogLevel | undefined
  readonly LOG_HASH_KEY?: string | undefined
}

/** The fields of `LogSettings`. */
export const logFields: Fields<LogSettings> = {
  LOG_LEVEL: optional({
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    read: (text) => LOG_LEVELS.find((level) => level === text.toLowerCase()),
    example: 'info',
  }),
  LOG_HASH_KEY: optional(secret()),
}

/** Converts the log settings of a deployment to settings of a handler factory. */
export function logging({ LOG_LEVEL, LOG_HASH_KEY }: LogSettings): Pick<HandlerSettings, 'logLevel' | 'logHashKey'> {
  return { ...(LOG_LEVEL !== undefined && { logLevel: LOG_LEVEL }), ...(LOG_HASH_KEY !== undefined && { logHashKey: LOG_HASH_KEY }) }
}

/** The setting of every handler that refuses users. */
export interface RefusalCodesSetting {
  /** `own` sends applications only the codes of your own rules. `all` sends the codes of all refusals. */
  readonly REFUSAL_CODES: 'own' | 'all'
}

/** The field of `RefusalCodesSetting`. */
export const refusalFields: Fields<RefusalCodesSetting> = {
  REFUSAL_CODES: { ...oneOf(['own', 'all']), default: 'own' },
}

/** Converts the setting to a setting of a handler factory. */
export function refusals({ REFUSAL_CODES }: RefusalCodesSetting): Pick<HandlerSettings, 'refusalCodes'> {
  return { refusalCodes: REFUSAL_CODES }
}
