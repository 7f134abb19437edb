import * as z from 'zod/mini'
import { type Environment, readSettings } from '../shared/settings/read-settings.ts'
import { type LogSettings, logSettings, text } from '../shared/settings/settings.ts'

/** The environment of the pre authentication function, read. */
export interface PreAuthenticationSettings extends LogSettings {
  readonly BLOCK_TABLE: string
}

/** What `compiled-settings.ts` is written from. */
export const schema: z.ZodMiniType<PreAuthenticationSettings> = z.object({
  BLOCK_TABLE: text('the name of the DynamoDB table of blocks'),
  ...logSettings,
})

/**
 * Reads the environment of the pre authentication function.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readPreAuthenticationSettings(environment: Environment): PreAuthenticationSettings {
  return readSettings(schema, environment)
}
