import type { JournalEntry, TriggerCall } from '../../../pool/journal.ts'
import { createPart, type Line } from '../../io.ts'

/** Formats a request to the pool: its result in the first line, then each trigger that it called. */
export function formatEntry({ operation, userName, error, steps }: JournalEntry): readonly Line[] {
  const who = userName === null ? '' : ` ${userName}`
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
  return `${source}: ${outcome}${by}${reason}${problem === null ? '' : `: ${problem}`}, ${Math.round(durationMs)} ms`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
