import { relative, resolve } from 'node:path'
import { findTrigger, triggerFacts } from '../../shared/cognito/triggers.ts'
import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { STDIN } from '../lib/event-files.ts'
import type { LoggedRule } from '../replay/handler-log.ts'
import type { ReplayResult } from '../replay/replay.ts'
import { indentLines } from './io.ts'

/** A path as it is shown: relative to the working folder. */
export function formatPath(folder: string, file: string): string {
  return file === STDIN ? 'standard input' : relative(folder, resolve(folder, file)) || '.'
}

/** Says what the caller of Cognito sees of an event. */
export function describeCallerView({ outcome, triggerSource, response, error }: ReplayResult): string {
  if (outcome !== 'proceed') return error?.message ?? ''
  if (triggerSource === 'PreSignUp_SignUp' && response?.autoConfirmUser === true) return 'signed up and confirmed'
  const trigger = findTrigger(triggerSource ?? '')
  return (trigger && triggerFacts(trigger).sources[triggerSource ?? '']) ?? 'Cognito goes on'
}

/** What broke a rule, with where it was thrown, or what it explains of its denial; undefined where no more is known. */
export function formatCause({ message, place }: LoggedRule): string | undefined {
  if (message === undefined) return undefined
  const text = message.replaceAll(/\s+/g, ' ')
  return place === undefined ? text : `${text} (${place})`.trimStart()
}

/**
 * Returns the lines that say why a handler does not start. A handler that has printed the reason throws a fixed text; then they say
 * where to look.
 *
 * @param start The first line, up to its colon.
 */
export function formatNotStarted(start: string, message: string): readonly string[] {
  return message === MASKED_MESSAGE ? [`${start}: see the lines above`] : [`${start}:`, ...indentLines(message)]
}
