import { type Attached, listCalledFromElsewhere, readCalls, type UnknownCalls } from '../../project/attached.ts'
import { findFunction, mayName } from '../../project/named-function.ts'
import { isKnown } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { findCycles } from '../references.ts'

/** LG304: finds handlers that no user pool calls for the trigger of their rules. */
export function checkWiring({ template, codes }: Subject): Judged {
  const { attached, unknown: undecided } = readCalls(template)
  const hasPool = attached.length > 0 || findResources(template, 'AWS::Cognito::UserPool').length > 0
  const elsewhere = listCalledFromElsewhere(template)
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const [id, { rule, trigger }] of codes) {
    const target = template.resources.get(id)
    if (rule === undefined || trigger === undefined || target === undefined) continue
    const calls = attached.filter((each) => each.target?.id === id).map((each) => String(each.trigger))
    if (calls.includes(trigger)) continue
    const why =
      !hasPool || elsewhere.has(id)
        ? 'the user pool is not in this template'
        : (explainUndecidedCall(trigger, undecided) ?? explainOtherName(target, trigger, attached))
    if (why !== undefined) {
      unknown.push(`the calls of ${id} for ${trigger}: ${why}`)
      continue
    }
    const how = calls.length === 0 ? 'no user pool calls the function' : `a user pool calls the function for ${calls.join(', ')}`
    const message = `The rules of ${id} are for ${trigger}, but ${how}`
    findings.push({ code: 'LG304', resource: id, path: ['Properties', 'Handler'], message })
  }
  return { findings, unknown }
}

function explainUndecidedCall(trigger: string, undecided: readonly UnknownCalls[]): string | undefined {
  const call = undecided.find((each) => each.trigger === undefined || each.trigger === trigger)
  return call && `${call.holder} is known only at deployment`
}

/** Returns a reason if a pool calls a function outside the template by a name that may be the generated name of this function. */
function explainOtherName(target: Resource, trigger: string, attached: readonly Attached[]): string | undefined {
  const call = attached.find((each) => each.trigger === trigger && each.target === undefined && mayName(target, each.named))
  return call && `${call.resource} calls ${call.named}, which may be the name of this function`
}

/** LG207: finds pools that call a version of a function. Also lists the triggers of pools, and their event versions, that are known only at deployment. */
export function checkCalls({ template }: Subject): Judged {
  const { attached, unknown } = readCalls(template)
  const versions = attached.filter(({ version, target }) => version === undefined && target !== undefined)
  return {
    findings: attached.flatMap((each) => findVersion(template, each)),
    unknown: [
      ...unknown.map(({ trigger, holder }) => `the function for ${trigger ?? 'any trigger'}: ${holder} is known only at deployment`),
      ...versions.map(({ trigger, resource }) => `the event version of ${trigger} in ${resource}: ${AT_DEPLOYMENT}`),
      ...template.unread,
    ],
  }
}

function findVersion(template: Template, { target, trigger, named, resource, path }: Attached): readonly Finding[] {
  const version = findFunction(template, named)
  if (target === undefined || version?.isFixed !== true) return []
  const shown = isKnown(version.qualifier ?? '') ? `version ${version.qualifier}` : 'a version'
  return [
    { code: 'LG207', resource, path, message: `${resource} calls ${shown} of ${target.id} for ${trigger}, not the function or an alias` },
  ]
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
