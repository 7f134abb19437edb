import type { Report, Reported } from '../doctor/report.ts'
import { type Io, type Line, type Style, styled } from './io.ts'
import { wrapped } from './text.ts'

const STYLES: Readonly<Record<Reported['severity'], Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** Shows a report to people. */
export async function printDoctor({ file, findings, accepted, unused, notJudged }: Report, io: Io): Promise<void> {
  // Why and how to mend it is the same for all findings of a code.
  for (const group of Map.groupBy(findings, ({ code }) => code).values()) {
    const [first] = group
    if (first === undefined) continue
    const { code, severity, title, why, fix } = first
    const lines: readonly Line[] = [
      [styled(STYLES[severity], `${severity} ${code}`), '  ', styled('bold', title)],
      ...group.flatMap((each) => [`  ${placeOf(each)}`, ...wrapped(each.message, '  ')]),
      ...wrapped(`Why: ${why}`, '  '),
      ...wrapped(`Fix: ${fix}`, '  '),
    ]
    await io.out([...lines, ''])
  }
  if (accepted.length > 0) {
    const lines = accepted.flatMap(({ code, resource, path, reason }) => [`  ${code}  ${resource}.${path}`, ...wrapped(reason, '    ')])
    await io.out(['Accepted by the template:', ...lines, ''])
  }
  if (unused.length > 0) {
    const lines = unused.map(({ code, resource }) => `  ${code}  ${resource}`)
    await io.out(['Accepted by the template, and not found:', ...lines, ''])
  }
  if (notJudged.length > 0) await io.out(['Not judged:', ...notJudged.flatMap((each) => wrapped(each, '  ')), ''])
  const count = findings.length
  const found = count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`
  await io.out([`${file}: ${found}${accepted.length === 0 ? '' : `, ${accepted.length} accepted`}`])
}

function placeOf({ file, line, resource, path }: Reported): string {
  return `${file}${line === null ? '' : `:${line}`}  ${resource}.${path}`
}
