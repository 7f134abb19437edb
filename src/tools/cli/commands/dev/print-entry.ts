import type { JournalEntry, TriggerCall } from '../../../pool/journal.ts'
import { createPart, type Line } from '../../io.ts'

/** Formats a request to the pool: its result in the first line, then each trigger that it called. */
export function formatEntry({ operation, userName, input, error, steps }: JournalEntry): readonly Line[] {
  // A pool with username attributes stores another name than the user types, and the typed one is in the other lines too.
  const { Username, AuthParameters } = Object(input)
  const typed: unknown = Username ?? Object(AuthParameters).USERNAME ?? userName
  const who = typeof typed === 'string' ? ` ${typed}` : ''
  const result = error === null ? createPart('green', 'ok') : createPart('red', `${error.type}: ${firstLine(error.message)}`)
  return [
    [operation, who, '  ', result],
    ...steps.flatMap(({ text, trigger, assumption, skipped }): readonly Line[] => {
      const note = assumption === undefined ? '' : `  (not documented by AWS: ${assumption})`
      if (skipped === true) return [createPart('dim', `  ${text}: not called${note}`)]
      return trigger === undefined ? [] : [`  ${formatCall(trigger)}${note}`]
    }),
  ]
}

function formatCall({ source, outcome, decision, problem, durationMs }: TriggerCall): string {
  const by = decision?.decidedBy === undefined || decision.decidedBy === null ? '' : ` by ${decision.decidedBy}`
  const reason = decision?.reason === undefined || decision.reason === null ? '' : ` (${decision.reason})`
  const failed = decision?.trace.find((rule) => rule.outcome === 'error')
  const place = failed?.place === undefined ? '' : ` at ${failed.place}`
  const why = problem ?? (failed?.message === undefined ? undefined : `${failed.message}${place}`)
  return `${source}: ${outcome}${by}${reason}${why === undefined ? '' : `: ${why}`}, ${Math.round(durationMs)} ms`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
