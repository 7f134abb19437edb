import * as z from 'zod/mini'
import { type Environment, readSettings } from '../shared/settings/read-settings.ts'
import { type LogSettings, logSettings, text } from '../shared/settings/settings.ts'

/** The environment of the post authentication function, read. */
export interface PostAuthenticationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
}

/** What `compiled-settings.ts` is written from. */
export const schema: z.ZodMiniType<PostAuthenticationSettings> = z.object({
  PROFILE_TABLE: text('the name of the DynamoDB table of profiles'),
  ...logSettings,
})

/**
 * Reads the environment of the post authentication function.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readPostAuthenticationSettings(environment: Environment): PostAuthenticationSettings {
  return readSettings(schema, environment)
}
