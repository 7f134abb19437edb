import { compiledSettings } from '../post-confirmation/compiled-settings.ts'
import type { PostConfirmationSettings } from '../post-confirmation/settings.ts'
import { type Environment, InvalidSettings } from '../shared/settings/read-settings.ts'

/** The environment of the sweeper: that of the function whose effects it runs, and the ledger in any case. */
export interface SweeperSettings extends PostConfirmationSettings {
  readonly EFFECT_TABLE: string
}

/**
 * Reads the environment of the sweeper.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readSweeperSettings(environment: Environment): SweeperSettings {
  const settings = compiledSettings(environment)
  const { EFFECT_TABLE } = settings
  if (EFFECT_TABLE === undefined) throw new InvalidSettings(['EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects'])
  return { ...settings, EFFECT_TABLE }
}
