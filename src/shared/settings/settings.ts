import * as z from 'zod/mini'
import { LOG_LEVELS, type LogLevel } from '../lambda/log/logger.ts'
import { MIN_HASH_KEY_LENGTH } from '../lambda/settings.ts'
import type { DomainsSetting } from './domains-setting.ts'
import { areDomains, expectedDomains, isEmailAddress, isMoment, isOneLine, isWebAddress, lowerCase, toDate, toDomains } from './values.ts'

// Of these the schemas of settings are made. What is deployed are readers that scripts/compile-checks.ts writes out of the
// schemas: they do and say the same without zod. Of functions it knows those of values.ts and no others.

/** A text that is not empty. */
export function text(expected: string): z.ZodMiniType<string> {
  return z.string({ error: expected })
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodMiniType<Word, string> {
  return z.enum(words, { error: oneOfThese(words) })
}

function oneOfThese(words: readonly string[]): string {
  return `one of ${words.join(', ')}`
}

/** Email domains, separated by commas, or the file of a list of them. */
export function domains(): z.ZodMiniType<DomainsSetting> {
  // `abort`: what other variables need to hold beside such a text is not worth a word.
  const list = z.string({ error: expectedDomains }).check(z.refine(areDomains, { error: expectedDomains, abort: true }))
  return z.pipe(list, z.transform(toDomains))
}

/** A text that is not empty and has no line break in it, to be put into a mail. */
export function line(expected: string): z.ZodMiniType<string> {
  return z.string({ error: expected }).check(z.refine(isOneLine, { error: expected }))
}

/** A moment of the past: a day, which begins at midnight UTC, or a time with its zone. */
export function moment(): z.ZodMiniType<Date> {
  const expected = 'a day from 2016 until today such as 2026-01-31, or a time with its zone such as 2026-01-31T09:00:00Z'
  return z.pipe(z.string({ error: expected }).check(z.refine(isMoment, { error: expected, abort: true })), z.transform(toDate))
}

/** An email address from which SES sends. */
export function emailAddress(): z.ZodMiniType<string> {
  const expected = 'one email address in ASCII, such as welcome@example.com; an international domain is written as xn--...'
  return z.string({ error: expected }).check(z.refine(isEmailAddress, { error: expected }))
}

/** An address of a web page, to be put into a mail. */
export function webAddress(): z.ZodMiniType<string> {
  const expected = 'a web address in ASCII that begins with https:// and has no spaces, backslashes or user name'
  return z.string({ error: expected }).check(z.refine(isWebAddress, { error: expected }))
}

/** The variables that every handler reads. */
export interface LogSettings {
  readonly LOG_LEVEL?: LogLevel | undefined
  readonly LOG_HASH_KEY?: string | undefined
}

/** Their schemas. */
export const logSettings: { readonly [Name in keyof LogSettings]-?: z.ZodMiniOptional<z.ZodMiniType<NonNullable<LogSettings[Name]>>> } = {
  LOG_LEVEL: z.optional(z.pipe(z.pipe(z.string({ error: oneOfThese(LOG_LEVELS) }), z.transform(lowerCase)), oneOf(LOG_LEVELS))),
  LOG_HASH_KEY: z.optional(
    z.string().check(z.minLength(MIN_HASH_KEY_LENGTH, { error: `a random text of at least ${MIN_HASH_KEY_LENGTH} characters` })),
  ),
}

/**
 * A variable that has to be set where another one is.
 *
 * @example
 * z.object({ A: z.optional(text('a')), B: z.optional(text('b')) }).check(neededWith('A', 'B', 'a value, because A is set'))
 */
export function neededWith<Other extends string, Name extends string>(
  other: Other,
  name: Name,
  expected: string,
): z.core.$ZodCheck<Readonly<Partial<Record<Other | Name, unknown>>>> {
  const isThere = (settings: Readonly<Partial<Record<Other | Name, unknown>>>): boolean =>
    settings[other] === undefined || settings[name] !== undefined
  return z.refine(isThere, { path: [name], error: expected, params: { neededWith: other } })
}
