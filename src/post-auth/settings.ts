import * as z from 'zod/mini'
import type { CutOff } from '../shared/rules/once.ts'
import { type Environment, readSettings } from '../shared/settings/read-settings.ts'
import { emailAddress, type LogSettings, logSettings, moment, neededWith, oneOf, text } from '../shared/settings/settings.ts'

/** The environment of the post authentication function, read. */
export interface PostAuthenticationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
  /** Users who were created since then, and of whose welcome mail nothing is known, are sent it after their sign-in. */
  readonly WELCOME_SINCE?: Date | undefined
  /** Without it no mail is sent. */
  readonly WELCOME_EMAIL_FROM?: string | undefined
  readonly EFFECT_TABLE?: string | undefined
  readonly WELCOME_EMAIL_CUT_OFF: CutOff
}

/** What `compiled-settings.ts` is written from. */
export const schema: z.ZodMiniType<PostAuthenticationSettings> = z
  .object({
    PROFILE_TABLE: text('the name of the DynamoDB table of profiles'),
    WELCOME_SINCE: z.optional(moment()),
    WELCOME_EMAIL_FROM: z.optional(emailAddress()),
    EFFECT_TABLE: z.optional(text('the name of the DynamoDB table of effects')),
    WELCOME_EMAIL_CUT_OFF: z._default(oneOf(['at-most-once', 'at-least-once']), 'at-most-once'),
    ...logSettings,
  })
  .check(neededWith('WELCOME_SINCE', 'EFFECT_TABLE', 'the name of the DynamoDB table of effects, because WELCOME_SINCE is set'))

/**
 * Reads the environment of the post authentication function.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readPostAuthenticationSettings(environment: Environment): PostAuthenticationSettings {
  return readSettings(schema, environment)
}
