import type { Delivery } from '../src/shared/rules/once.ts'
import { formatTable } from '../src/tools/cli/text.ts'
import type { RunResult } from './run.ts'

/** Formats the report of a run as lines. */
export function formatReport(
  delivery: Delivery,
  { promises, mails, counts, slowestMs, excused, seconds, histories }: RunResult,
): readonly string[] {
  const twice = [...mails.twice].map(([because, count]) => [`duplicate emails: ${because}`, `${count}`])
  const unknown = [...mails.unknown].map(([because, count]) => [`emails with state unknown: ${because}`, `${count}`])
  return [
    `${delivery}, ${Math.round(seconds)} s`,
    '',
    ...formatTable(
      ['event', 'count'],
      [
        ...Object.entries(counts).map(([name, count]) => [name, `${count}`]),
        ['emails accepted by SES', `${mails.accepted}`],
        ...unknown,
        ['emails with state failed', `${mails.deadLetters}`],
        ...twice,
        ['slowest invocation, without time in which its process did not run', `${Math.round(slowestMs)} ms`],
        ['invocations past the deadline only because their process did not run', `${excused}`],
      ],
    ),
    '',
    ...formatTable(
      ['guarantee', 'broken', ''],
      promises.map(({ name, broken, examples }) => [name, `${broken}`, broken === 0 ? 'kept' : `BROKEN: ${examples.join(' ')}`]),
    ),
    ...[...histories].flatMap(([sub, history]) => ['', `${sub}:`, ...history.map((line) => `  ${line}`)]),
  ]
}
