import { relative, resolve } from 'node:path'
import { findTrigger, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { STDIN } from '../lib/event-files.ts'
import type { ReplayResult } from '../replay/replay.ts'
import type { TracedRule } from '../replay/rule-trace.ts'
import { indentLines } from './io.ts'

/** Formats a path for output: relative to the working directory. */
export function formatPath(folder: string, file: string): string {
  return file === STDIN ? 'standard input' : relative(folder, resolve(folder, file)) || '.'
}

/** Describes what Cognito's caller sees: the error message, or what happens next. */
export function describeCallerView({ outcome, triggerSource, response, error }: ReplayResult): string {
  if (outcome !== 'proceed') return error?.message ?? ''
  const trigger = findTrigger(triggerSource ?? '')
  const next = (trigger && triggerFacts(trigger).sources[triggerSource ?? '']) ?? 'Cognito continues'
  return (trigger && response && NEXT_STEPS[trigger]?.(response, triggerSource)) ?? next
}

type Response = Readonly<Record<string, unknown>>

/** The next step in Cognito, for triggers whose response decides it. */
const NEXT_STEPS: Readonly<Partial<Record<TriggerName, (response: Response, source: string | null) => string | undefined>>> = {
  PreSignUp: ({ autoConfirmUser }, source) =>
    source === 'PreSignUp_SignUp' && autoConfirmUser === true ? 'signed up and confirmed' : undefined,
  UserMigration: ({ userAttributes }) => (userAttributes == null ? 'user not migrated' : undefined),
  CustomMessage: ({ emailMessage, smsMessage }) => (emailMessage == null && smsMessage == null ? "Cognito's own message sent" : undefined),
  DefineAuthChallenge({ challengeName, issueTokens, failAuthentication }) {
    if (failAuthentication === true) return 'sign-in failed'
    return issueTokens === true ? 'signed in' : `${challengeName}`
  },
  VerifyAuthChallengeResponse: ({ answerCorrect }) => (answerCorrect === true ? 'answer correct' : 'answer wrong'),
}

/**
 * Formats the error message of a rule with the source line that threw the error. For a denial, formats the rule's explanation.
 * Returns undefined for a rule without an error message or explanation.
 */
export function formatCause({ message, place }: TracedRule): string | undefined {
  if (message === undefined) return undefined
  const text = message.replaceAll(/\s+/g, ' ')
  return place === undefined ? text : `${text} (${place})`.trimStart()
}

/**
 * Explains why a handler does not start. If the handler has already printed the reason, refers to that output.
 *
 * @param start The first line, without the colon.
 */
export function formatNotStarted(start: string, message: string): readonly string[] {
  return message === MASKED_MESSAGE ? [`${start}: see the lines above`] : [`${start}:`, ...indentLines(message)]
}
