import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { cyclesThrough } from '../references.ts'
import { ofType } from '../template.ts'

/** LG201: what has to be made both before and after a pool. */
export function checkCycles({ template }: Subject): Judged {
  const pools = ofType(template, 'AWS::Cognito::UserPool').map(({ id }) => id)
  const findings = cyclesThrough(template, pools).flatMap((cycle): readonly Finding[] => {
    const back = cycle.at(-1)
    if (back === undefined) return []
    const way = [back.to, ...cycle.map(({ to }) => to)].join(' -> ')
    return [{ code: 'LG201', resource: back.from, path: back.path, message: `Each of these is made after the next: ${way}` }]
  })
  return { findings, unknown: [] }
}
