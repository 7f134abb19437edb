import type { Reported } from '../doctor/report.ts'
import type { Io, Style } from './io.ts'
import { plain, wrapped } from './table.ts'

const STYLES: Readonly<Record<Reported['severity'], Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** Shows a report to people. */
export async function printDoctor(file: string, findings: readonly Reported[], unknown: readonly string[], io: Io): Promise<void> {
  for (const { code, severity, title, message, line, resource, path, why, fix } of findings) {
    const where = `${file}${line === null ? '' : `:${line}`}  ${resource}.${path}`
    const lines = [
      `${io.paint(STYLES[severity], `${severity} ${code}`)}  ${io.paint('bold', title)}`,
      `  ${plain(where)}`,
      ...wrapped(plain(message), '  '),
      ...wrapped(`Why: ${why}`, '  '),
      ...wrapped(`Fix: ${fix}`, '  '),
    ]
    await io.out(`${lines.join('\n')}\n\n`)
  }
  if (unknown.length > 0) await io.out(`Not judged:\n${unknown.flatMap((each) => wrapped(plain(each), '  ')).join('\n')}\n\n`)
  const count = findings.length
  await io.out(`${plain(file)}: ${count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`}\n`)
}
