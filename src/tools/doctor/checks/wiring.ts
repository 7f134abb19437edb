import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { findCycles } from '../references.ts'
import { findResources } from '../template.ts'
import { listAttached, listCalledFromElsewhere } from '../triggers.ts'

/** LG304: rules that are for a trigger as which no pool calls them. */
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
      unknown.push(`whether a pool that lives elsewhere calls ${id} as ${trigger}`)
      continue
    }
    const how = calls.length === 0 ? 'no user pool calls it' : `it is called as ${calls.join(', ')}`
    const message = `The rules of ${id} are for ${trigger}, and ${how}`
    findings.push({ code: 'LG304', resource: id, path: ['Properties', 'Handler'], message })
  }
  return { findings, unknown }
}

/** LG201: what has to be made both before and after a pool. */
export function checkCycles({ template }: Subject): Judged {
  const pools = findResources(template, 'AWS::Cognito::UserPool').map(({ id }) => id)
  const findings = findCycles(template, pools).flatMap((cycle): readonly Finding[] => {
    const back = cycle.at(-1)
    if (back === undefined) return []
    const way = [back.to, ...cycle.map(({ to }) => to)].join(' -> ')
    return [{ code: 'LG201', resource: back.from, path: back.path, message: `Each of these is made after the next: ${way}` }]
  })
  return { findings, unknown: [] }
}
