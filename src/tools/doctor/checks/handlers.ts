import type { Finding, Judged } from '../finding.ts'
import { type Code, listAttachedCode, type Subject } from '../loaded.ts'

/** LG104, LG105, LG108, LG109 and LG110: finds handlers that current runtimes reject, and handlers that do not start as configured. */
export function checkHandlers(subject: Subject): Judged {
  const seen = new Set<string>()
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const { target, code } of listAttachedCode(subject)) {
    if (target === undefined || code === undefined || seen.has(target.id)) continue
    seen.add(target.id)
    findings.push(...findRemoved(target.id, code))
    unknown.push(...listUnread(target.id, code))
  }
  // Checks all loaded functions, because the template does not show which functions a pool outside the template calls.
  for (const [id, code] of subject.codes) findings.push(...findFaults(id, code))
  return { findings, unknown }
}

const HANDLER = ['Properties', 'Handler']

/** Finds the use of a callback and of context methods, which Lambda removed. */
function findRemoved(id: string, { rule, takesCallback, source, shown }: Code): readonly Finding[] {
  const findings: Finding[] = []
  const at = (line: number): string => `${shown}, line ${line}`
  const callback = source?.takesCallback
  if (callback?.kind === 'yes' || takesCallback) {
    const where = callback?.kind === 'yes' ? ` (${at(callback.line)})` : ''
    const message = `The handler of ${id} has a third parameter${where}; expected only event and context`
    findings.push({ code: 'LG104', resource: id, path: HANDLER, message })
  }
  const call = source?.callsRemovedMethod
  if (rule === undefined && call?.kind === 'yes') {
    const message = `The handler of ${id} calls context.${source?.removedMethod} (${at(call.line)}), which nodejs24.x does not have`
    findings.push({ code: 'LG105', resource: id, path: HANDLER, message })
  }
  return findings
}

/** Lists the reasons why the source does not show if the handler uses what Lambda removed. Lifeguard's handlers do not use it. */
function listUnread(id: string, { source }: Code): readonly string[] {
  const facts = source === undefined || source.usesLifeguard ? [] : [source.takesCallback, source.callsRemovedMethod]
  const reasons = facts.flatMap((fact) => (fact.kind === 'unknown' ? fact.reason : []))
  return [...new Set(reasons)].map((reason) => `the code of ${id}: ${reason}`)
}

function findFaults(id: string, { fault, missing, misspelt }: Code): readonly Finding[] {
  const findings = misspelt.map(({ name, meant }): Finding => {
    const path = ['Properties', 'Environment', 'Variables', name]
    return { code: 'LG110', resource: id, path, message: `${id} sets ${name}, which its handler does not read. Did you mean ${meant}?` }
  })
  if (fault !== undefined)
    findings.push({ code: 'LG108', resource: id, path: HANDLER, message: `The handler of ${id} does not start: ${fault}` })
  if (missing !== undefined)
    findings.push({ code: 'LG109', resource: id, path: HANDLER, message: `The handler file of ${id} is missing: ${missing}` })
  return findings
}
