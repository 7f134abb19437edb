import { listAttached, listCalledFromElsewhere } from '../../project/attached.ts'
import { findResources } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { findCycles } from '../references.ts'

/** LG304: finds handlers that no user pool calls for the trigger of their rules. */
export function checkWiring({ template, codes }: Subject): Judged {
  const attached = listAttached(template)
  const hasPool = attached.length > 0 || findResources(template, 'AWS::Cognito::UserPool').length > 0
  const elsewhere = listCalledFromElsewhere(template)
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const [id, { rule, trigger }] of codes) {
    if (rule === undefined || trigger === undefined) continue
    const calls = attached.filter(({ target }) => target?.id === id).map((each) => String(each.trigger))
    if (calls.includes(trigger)) continue
    if (!hasPool || elsewhere.has(id)) {
      unknown.push(`the calls of ${id} for ${trigger}: the user pool is not in this template`)
      continue
    }
    const how = calls.length === 0 ? 'no user pool calls the function' : `a user pool calls the function for ${calls.join(', ')}`
    const message = `The rules of ${id} are for ${trigger}, but ${how}`
    findings.push({ code: 'LG304', resource: id, path: ['Properties', 'Handler'], message })
  }
  return { findings, unknown }
}

/** LG201: finds dependency cycles through a user pool. */
export function checkCycles({ template }: Subject): Judged {
  const pools = findResources(template, 'AWS::Cognito::UserPool').map(({ id }) => id)
  const findings = findCycles(template, pools).flatMap((cycle): readonly Finding[] => {
    const back = cycle.at(-1)
    if (back === undefined) return []
    const way = [back.to, ...cycle.map(({ to }) => to)].join(' -> ')
    return [{ code: 'LG201', resource: back.from, path: back.path, message: `Each resource depends on the next: ${way}` }]
  })
  return { findings, unknown: [] }
}
