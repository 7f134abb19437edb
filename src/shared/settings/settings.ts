import * as z from 'zod/mini'
import { parseEmailAddress } from '../email/address.ts'
import { domainList } from '../email/domain-list.ts'
import { LOG_LEVELS, type LogLevel } from '../lambda/log/logger.ts'
import { type HandlerSettings, MIN_HASH_KEY_LENGTH } from '../lambda/settings.ts'
import { type DomainsSetting, fileNamed } from './domains-setting.ts'

/** A text that is not empty. */
export function text(expected: string): z.ZodMiniType<string> {
  return z.string({ error: expected })
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodMiniType<Word> {
  return z.enum(words, { error: `one of ${words.join(', ')}` })
}

/** Email domains, separated by commas, or the file of a list of them. */
export function domains(): z.ZodMiniType<DomainsSetting> {
  const expected =
    'email domains separated by commas, such as example.com,*.example.org, or * for all, or @file: and the name of a built list'
  return z.pipe(
    z.string({ error: expected }),
    z.transform((value, ctx): DomainsSetting => {
      const file = fileNamed(value)
      if (file !== undefined) return { file }
      const entries = value.split(',').map((entry) => entry.trim())
      try {
        domainList(entries)
        return entries
      } catch (error) {
        ctx.issues.push({ code: 'custom', input: value, message: `${expected} (${error instanceof Error ? error.message : 'not one'})` })
        return z.NEVER
      }
    }),
  )
}

/** An email address. */
export function emailAddress(): z.ZodMiniType<string> {
  const expected = 'one email address, such as welcome@example.com'
  return z.string({ error: expected }).check(z.refine((value) => parseEmailAddress(value) !== undefined, { error: expected }))
}

/** An address of a web page, to be put into a mail. */
export function webAddress(): z.ZodMiniType<string> {
  const expected = 'a web address that begins with https://'
  return z
    .string({ error: expected })
    .check(z.refine((value) => URL.canParse(value) && new URL(value).protocol === 'https:', { error: expected }))
}

/** The variables that every handler reads. */
export interface LogSettings {
  readonly LOG_LEVEL?: LogLevel | undefined
  readonly LOG_HASH_KEY?: string | undefined
}

/** Their schemas. */
export const logSettings: { readonly [Name in keyof LogSettings]-?: z.ZodMiniOptional<z.ZodMiniType<NonNullable<LogSettings[Name]>>> } = {
  LOG_LEVEL: z.optional(
    z.pipe(
      z.transform((value) => (typeof value === 'string' ? value.toLowerCase() : value)),
      oneOf(LOG_LEVELS),
    ),
  ),
  LOG_HASH_KEY: z.optional(
    z.string().check(z.minLength(MIN_HASH_KEY_LENGTH, { error: `a random text of at least ${MIN_HASH_KEY_LENGTH} characters` })),
  ),
}

/** Those variables as settings of a handler. */
export function logging({ LOG_LEVEL, LOG_HASH_KEY }: LogSettings): Pick<HandlerSettings, 'logLevel' | 'logHashKey'> {
  return { ...(LOG_LEVEL !== undefined && { logLevel: LOG_LEVEL }), ...(LOG_HASH_KEY !== undefined && { logHashKey: LOG_HASH_KEY }) }
}
