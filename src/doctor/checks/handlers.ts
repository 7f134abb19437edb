import type { Finding, Judged } from '../finding.ts'
import { attachedCode, type Subject } from '../loaded.ts'

/** LG104 and LG105: handlers in a style that current runtimes refuse. */
export function checkHandlers(subject: Subject): Judged {
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (const { target, code } of attachedCode(subject)) {
    if (target === undefined || code === undefined || seen.has(target.id)) continue
    seen.add(target.id)
    const path = ['Properties', 'Handler']
    if (code.takesCallback) {
      findings.push({ code: 'LG104', resource: target.id, path, message: `The handler of ${target.id} takes a third parameter` })
    }
    const [, method] = (code.rule === undefined && /\bcontext\.(done|succeed|fail)\s*\(/.exec(code.text ?? '')) || []
    if (method !== undefined) {
      findings.push({ code: 'LG105', resource: target.id, path, message: `The handler of ${target.id} calls context.${method}` })
    }
  }
  return { findings, unknown: [] }
}
