import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { cycleThrough } from '../references.ts'
import { ofType } from '../template.ts'

/** LG201: what has to be made both before and after a pool. */
export function checkCycles({ template }: Subject): Judged {
  const findings = ofType(template, 'AWS::Cognito::UserPool').flatMap((pool): readonly Finding[] => {
    const cycle = cycleThrough(template, pool.id)
    const back = cycle?.at(-1)
    if (cycle === undefined || back === undefined) return []
    const way = [pool.id, ...cycle.map(({ to }) => to)].join(' -> ')
    return [{ code: 'LG201', resource: back.from, path: back.path, message: `Each of these is made after the next: ${way}` }]
  })
  return { findings, unknown: [] }
}
