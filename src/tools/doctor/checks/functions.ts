import type { Finding, Judged } from '../finding.ts'
import { attachedCode, type Subject } from '../loaded.ts'
import { endOf } from '../runtimes.ts'
import { symbolic } from '../symbolic.ts'
import type { Resource } from '../template.ts'
import { isAwaited } from '../triggers.ts'

const WALL_SECONDS = 5
const LEAST_MEMORY_MB = 256
// Lambda's own default.
const DEFAULT_MEMORY_MB = 128

/** LG101, LG102 and LG103: how the functions are run that sign-in waits for. */
export function checkFunctions(subject: Subject): Judged {
  const awaited = attachedCode(subject).filter(isAwaited)
  const targets = new Set(awaited.flatMap(({ target }) => target ?? []))
  const parts = [...targets].map((target) => judged(target, subject.today))
  return {
    findings: parts.flatMap(({ findings }) => findings),
    unknown: [
      ...parts.flatMap(({ unknown }) => unknown),
      ...awaited
        .filter(({ target, pool }) => target === undefined && pool !== undefined)
        .map(({ trigger }) => `the function of ${trigger}, which this template does not hold`),
    ],
  }
}

function judged({ id, properties }: Resource, today: Date): Judged {
  const findings: Finding[] = []
  const unknown: string[] = []
  const numberOf = (name: string, fallback: number | undefined): number | undefined => {
    const value = properties[name] ?? fallback
    const number = Number(value)
    if (value === undefined || !Number.isNaN(number)) return value === undefined ? undefined : number
    unknown.push(`${name} of ${id}, which the deployment decides`)
    return undefined
  }
  const timeout = numberOf('Timeout', undefined)
  if (timeout !== undefined && timeout > WALL_SECONDS) {
    const message = `${id} may run for ${timeout} seconds, and Cognito waits ${WALL_SECONDS}`
    findings.push({ code: 'LG101', resource: id, path: ['Properties', 'Timeout'], message })
  }
  const memory = numberOf('MemorySize', DEFAULT_MEMORY_MB)
  if (memory !== undefined && memory < LEAST_MEMORY_MB) {
    const message = `${id} has ${memory} MB${properties.MemorySize === undefined ? ', the default' : ''}`
    findings.push({ code: 'LG102', resource: id, path: ['Properties', 'MemorySize'], message })
  }
  const runtime = symbolic(properties.Runtime)
  const end = runtime === undefined ? undefined : endOf(runtime, today)
  if (end !== undefined) {
    findings.push({
      code: 'LG103',
      resource: id,
      path: ['Properties', 'Runtime'],
      message: `${id} runs on ${runtime}, whose support ${end}`,
    })
  }
  return { findings, unknown }
}
