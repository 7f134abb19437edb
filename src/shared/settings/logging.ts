import type { HandlerSettings } from '../lambda/settings.ts'
import type { LogSettings } from './settings.ts'

/** The variables that every handler reads, as settings of a handler. */
export function logging({ LOG_LEVEL, LOG_HASH_KEY }: LogSettings): Pick<HandlerSettings, 'logLevel' | 'logHashKey'> {
  return { ...(LOG_LEVEL !== undefined && { logLevel: LOG_LEVEL }), ...(LOG_HASH_KEY !== undefined && { logHashKey: LOG_HASH_KEY }) }
}
