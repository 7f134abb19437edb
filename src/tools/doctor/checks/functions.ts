import { isAwaited } from '../../project/attached.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { findResources, type Resource } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import { isSweeper, listAttachedCode, type Subject } from '../loaded.ts'

const WALL_SECONDS = 5
const LEAST_MEMORY_MB = 256
// Lambda's default.
const DEFAULT_MEMORY_MB = 128

/** LG101, LG102 and LG103: checks timeout, memory and runtime of the functions that a sign-up or sign-in waits for. */
export function checkFunctions(subject: Subject): Judged {
  const awaited = listAttachedCode(subject).filter(isAwaited)
  const targets = new Set(awaited.flatMap(({ target }) => target ?? []))
  const parts = [...targets].map((target) => checkFunction(target, subject.today))
  return {
    findings: parts.flatMap(({ findings }) => findings),
    unknown: [
      ...parts.flatMap(({ unknown }) => unknown),
      ...awaited
        .filter(({ target, pool }) => target === undefined && pool !== undefined)
        .map(({ trigger }) => `the function for ${trigger}: this template does not contain the function`),
    ],
  }
}

function checkFunction({ id, properties }: Resource, today: Date): Judged {
  const findings: Finding[] = []
  const unknown: string[] = []
  const readNumber = (name: string, fallback: number | undefined): number | undefined => {
    const value = properties[name] ?? fallback
    const number = Number(value)
    if (value === undefined || !Number.isNaN(number)) return value === undefined ? undefined : number
    unknown.push(`${name} of ${id}: the value is known only at deployment`)
    return undefined
  }
  const timeout = readNumber('Timeout', undefined)
  if (timeout !== undefined && timeout > WALL_SECONDS) {
    const message = `Timeout of ${id} is ${timeout} seconds, but Cognito waits only ${WALL_SECONDS}`
    findings.push({ code: 'LG101', resource: id, path: ['Properties', 'Timeout'], message })
  }
  const memory = readNumber('MemorySize', DEFAULT_MEMORY_MB)
  if (memory !== undefined && memory < LEAST_MEMORY_MB) {
    const message = `MemorySize of ${id} is ${memory} MB${properties.MemorySize === undefined ? " (Lambda's default)" : ''}; expected at least ${LEAST_MEMORY_MB}`
    findings.push({ code: 'LG102', resource: id, path: ['Properties', 'MemorySize'], message })
  }
  const runtime = toSymbolic(properties.Runtime)
  const end = runtime === undefined ? undefined : describeRuntimeEnd(runtime, today)
  if (end !== undefined) {
    findings.push({
      code: 'LG103',
      resource: id,
      path: ['Properties', 'Runtime'],
      message: `Runtime of ${id} is ${runtime}, which AWS deprecated ${end}`,
    })
  }
  return { findings, unknown }
}

// The dates on which AWS deprecates Node.js runtimes, from AWS's page as of 2026-11-22.
const ENDS: Readonly<Record<string, string>> = {
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
}
// Runtimes that AWS deprecated years ago. A runtime in neither list is not checked.
const LONG_ENDED: ReadonlySet<string> = new Set([
  ...['nodejs', 'nodejs4.3', 'nodejs4.3-edge', 'nodejs6.10', 'nodejs8.10', 'nodejs10.x', 'nodejs12.x', 'nodejs14.x', 'nodejs16.x'],
  ...['python2.7', 'python3.6', 'python3.7', 'python3.8', 'ruby2.5', 'ruby2.7', 'java8', 'go1.x', 'provided'],
  ...['dotnetcore1.0', 'dotnetcore2.0', 'dotnetcore2.1', 'dotnetcore3.1', 'dotnet5.0', 'dotnet6', 'dotnet7'],
])

/**
 * Returns `on DATE` or `years ago` for a runtime that AWS deprecated; undefined if the runtime is supported or not listed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
function describeRuntimeEnd(runtime: string, today: Date): string | undefined {
  const day = Object.hasOwn(ENDS, runtime) ? ENDS[runtime] : undefined
  if (day !== undefined) return Date.parse(day) <= today.getTime() ? `on ${day}` : undefined
  return LONG_ENDED.has(runtime) ? 'years ago' : undefined
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const LONGEST_NAME = 64

/** LG107: finds function names that are too long. The Serverless Framework generates names without checking their length. */
export function checkFunctionNames({ template }: Subject): Judged {
  const findings = findResources(template, 'AWS::Lambda::Function').flatMap(({ id, properties }): readonly Finding[] => {
    const name = toSymbolic(properties.FunctionName)
    if (name === undefined || !isKnown(name) || name.length <= LONGEST_NAME) return []
    const message = `FunctionName of ${id} has ${name.length} characters, but Lambda accepts at most ${LONGEST_NAME}`
    return [{ code: 'LG107', resource: id, path: ['Properties', 'FunctionName'], message }]
  })
  return { findings, unknown: [] }
}

// With a timeout of 8 seconds or less, the sweeper runs no effect, because it reserves time for an effect and for metrics.
const SWEEPER_SECONDS = 8
// Lambda's default.
const DEFAULT_SECONDS = 3

/** LG106: checks that the timeout of the sweeper is long enough to run effects. */
export function checkSweeper({ template, codes }: Subject): Judged {
  const findings = [...codes].flatMap(([id, { text }]): readonly Finding[] => {
    const timeout = template.resources.get(id)?.properties.Timeout ?? DEFAULT_SECONDS
    // A value that is known only at deployment becomes NaN, and causes no finding.
    if (!isSweeper(text ?? '') || !(Number(timeout) <= SWEEPER_SECONDS)) return []
    return [
      {
        code: 'LG106',
        resource: id,
        path: ['Properties', 'Timeout'],
        message: `Timeout of the sweeper ${id} is ${timeout} seconds; expected more than ${SWEEPER_SECONDS}`,
      },
    ]
  })
  return { findings, unknown: [] }
}
