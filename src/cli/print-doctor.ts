import type { Report, Reported } from '../doctor/report.ts'
import type { Io, Style } from './io.ts'
import { plain, wrapped } from './table.ts'

const STYLES: Readonly<Record<Reported['severity'], Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** Shows a report to people. */
export async function printDoctor({ file, findings, accepted, unused, notJudged }: Report, io: Io): Promise<void> {
  // Why and how to mend it is the same for all findings of a code.
  for (const group of Map.groupBy(findings, ({ code }) => code).values()) {
    const [first] = group
    if (first === undefined) continue
    const { code, severity, title, why, fix } = first
    const lines = [
      `${io.paint(STYLES[severity], `${severity} ${code}`)}  ${io.paint('bold', title)}`,
      ...group.flatMap((each) => [`  ${plain(placeOf(each))}`, ...wrapped(plain(each.message), '  ')]),
      ...wrapped(`Why: ${why}`, '  '),
      ...wrapped(`Fix: ${fix}`, '  '),
    ]
    await io.out(`${lines.join('\n')}\n\n`)
  }
  if (accepted.length > 0) {
    const lines = accepted.flatMap(({ code, resource, path, reason }) => [
      `  ${plain(`${code}  ${resource}.${path}`)}`,
      ...wrapped(plain(reason), '    '),
    ])
    await io.out(`Accepted by the template:\n${lines.join('\n')}\n\n`)
  }
  if (unused.length > 0) {
    const lines = unused.map(({ code, resource }) => `  ${plain(`${code}  ${resource}`)}`)
    await io.out(`Accepted by the template, and not found:\n${lines.join('\n')}\n\n`)
  }
  if (notJudged.length > 0) await io.out(`Not judged:\n${notJudged.flatMap((each) => wrapped(plain(each), '  ')).join('\n')}\n\n`)
  const count = findings.length
  const found = count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`
  await io.out(`${plain(file)}: ${found}${accepted.length === 0 ? '' : `, ${accepted.length} accepted`}\n`)
}

function placeOf({ file, line, resource, path }: Reported): string {
  return `${file}${line === null ? '' : `:${line}`}  ${resource}.${path}`
}
