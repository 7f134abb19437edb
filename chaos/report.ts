import type { Delivery } from '../src/shared/rules/once.ts'
import { formatTable } from '../src/tools/cli/text.ts'
import type { RunResult } from './run.ts'

/** The report of a run, line by line. */
export function formatReport(
  delivery: Delivery,
  { promises, mails, counts, slowestMs, excused, seconds, histories }: RunResult,
): readonly string[] {
  const twice = [...mails.twice].map(([because, count]) => [`mails twice: ${because}`, `${count}`])
  const unknown = [...mails.unknown].map(([because, count]) => [`mails on record as unknown: ${because}`, `${count}`])
  return [
    `${delivery}, ${Math.round(seconds)} s`,
    '',
    ...formatTable(
      ['what happened', 'count'],
      [
        ...Object.entries(counts).map(([name, count]) => [name, `${count}`]),
        ['mails accepted by SES', `${mails.accepted}`],
        ...unknown,
        ['mails that are dead letters', `${mails.deadLetters}`],
        ...twice,
        ['slowest invocation, without the time in which its process was kept from running', `${Math.round(slowestMs)} ms`],
        ['invocations that were past the deadline by that time alone', `${excused}`],
      ],
    ),
    '',
    ...formatTable(
      ['what is promised', 'broken', ''],
      promises.map(({ name, broken, examples }) => [name, `${broken}`, broken === 0 ? 'kept' : `BROKEN: ${examples.join(' ')}`]),
    ),
    ...[...histories].flatMap(([sub, history]) => ['', `${sub}:`, ...history.map((line) => `  ${line}`)]),
  ]
}
