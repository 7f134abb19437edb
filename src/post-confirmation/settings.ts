import * as z from 'zod/mini'
import type { CutOff } from '../shared/rules/once.ts'
import { type Environment, readSettings } from '../shared/settings/read-settings.ts'
import { emailAddress, type LogSettings, line, logSettings, neededWith, oneOf, text, webAddress } from '../shared/settings/settings.ts'

/** The environment of the post confirmation function, read. */
export interface PostConfirmationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
  /** Without it no mail is sent. */
  readonly WELCOME_EMAIL_FROM?: string | undefined
  readonly WELCOME_APP_NAME?: string | undefined
  readonly WELCOME_APP_URL?: string | undefined
  readonly EFFECT_TABLE?: string | undefined
  readonly WELCOME_EMAIL_CUT_OFF: CutOff
}

/** What `compiled-settings.ts` is written from. */
export const schema: z.ZodMiniType<PostConfirmationSettings> = z
  .object({
    PROFILE_TABLE: text('the name of the DynamoDB table of profiles'),
    WELCOME_EMAIL_FROM: z.optional(emailAddress()),
    WELCOME_APP_NAME: z.optional(line('the name of your application, in one line')),
    WELCOME_APP_URL: z.optional(webAddress()),
    EFFECT_TABLE: z.optional(text('the name of the DynamoDB table of effects')),
    WELCOME_EMAIL_CUT_OFF: z._default(oneOf(['at-most-once', 'at-least-once']), 'at-most-once'),
    ...logSettings,
  })
  .check(
    neededWith('WELCOME_EMAIL_FROM', 'WELCOME_APP_NAME', 'the name of your application, because WELCOME_EMAIL_FROM is set'),
    neededWith('WELCOME_EMAIL_FROM', 'WELCOME_APP_URL', 'the https:// address of your application, because WELCOME_EMAIL_FROM is set'),
    neededWith('WELCOME_EMAIL_FROM', 'EFFECT_TABLE', 'the name of the DynamoDB table of effects, because WELCOME_EMAIL_FROM is set'),
  )

/**
 * Reads the environment of the post confirmation function.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readPostConfirmationSettings(environment: Environment): PostConfirmationSettings {
  return readSettings(schema, environment)
}
