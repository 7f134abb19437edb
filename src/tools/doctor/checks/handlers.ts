import type { Finding, Judged } from '../finding.ts'
import { listAttachedCode, type Subject } from '../loaded.ts'

/** LG104, LG105 and LG108: finds handlers that current runtimes reject, and handlers that do not start. */
export function checkHandlers(subject: Subject): Judged {
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (const { target, code } of listAttachedCode(subject)) {
    if (target === undefined || code === undefined || seen.has(target.id)) continue
    seen.add(target.id)
    const path = ['Properties', 'Handler']
    if (code.takesCallback) {
      findings.push({
        code: 'LG104',
        resource: target.id,
        path,
        message: `The handler of ${target.id} has a third parameter; expected only event and context`,
      })
    }
    const [, method] = (code.rule === undefined && /\bcontext\.(done|succeed|fail)\s*\(/.exec(code.text ?? '')) || []
    if (method !== undefined) {
      findings.push({
        code: 'LG105',
        resource: target.id,
        path,
        message: `The handler of ${target.id} calls context.${method}, which nodejs24.x does not have`,
      })
    }
  }
  // Checks all loaded functions, because the template does not show which functions a pool outside the template calls.
  for (const [id, { fault }] of subject.codes) {
    if (fault === undefined) continue
    const message = `The handler of ${id} does not start: ${fault}`
    findings.push({ code: 'LG108', resource: id, path: ['Properties', 'Handler'], message })
  }
  return { findings, unknown: [] }
}
