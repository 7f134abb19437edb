import type { CognitoEvent } from '../cognito/event.ts'
import type { Denied } from '../rules/decision.ts'
import { isPublicText } from '../rules/outcome.ts'
import { TriggerDeniedError } from './errors.ts'
import type { HandlerSettings } from './settings.ts'

/** The settings of a handler that change the text of a refusal. */
export type RefusalSettings = Pick<HandlerSettings, 'refusalCodes' | 'refusalTexts'>

/** Creates the error of a denial, with the message, the code and the field that the caller gets. */
export function toRefusal(decision: Denied, event: CognitoEvent, { refusalCodes, refusalTexts }: RefusalSettings): TriggerDeniedError {
  const { message, code, field, quiet = false } = decision
  if (code === undefined) return new TriggerDeniedError(message)
  const text = findText(code, event, refusalTexts) ?? message
  return quiet && refusalCodes !== 'all' ? new TriggerDeniedError(text) : new TriggerDeniedError(text, { code, ...(field && { field }) })
}

/** Returns the text of a code. An error of the function, or an empty text, must not change a denial. */
function findText(code: string, event: CognitoEvent, find: RefusalSettings['refusalTexts']): string | undefined {
  try {
    const text: unknown = find?.(code, event)
    return isPublicText(text) ? text : undefined
  } catch {
    return undefined
  }
}
