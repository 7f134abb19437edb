import { isAwaited } from '../../project/attached.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { isKnown, replacePlaceholders, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource } from '../../project/template.ts'
import { type Finding, type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { listAttachedCode, type Subject } from '../loaded.ts'

const WALL_SECONDS = 5
const LEAST_MEMORY_MB = 256
/** Lambda's default. */
export const DEFAULT_MEMORY_MB = 128

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
        .filter(({ target, pool, named }) => target === undefined && pool !== undefined && isKnown(named))
        .map(({ trigger }) => `the function for ${trigger}: this template does not contain the function`),
    ],
  }
}

function checkFunction({ id, properties }: Resource, today: Date): Judged {
  const findings: Finding[] = []
  const unknown: string[] = []
  const read = (name: string, fallback?: number): number | undefined => {
    const number = readNumber(properties, name, fallback)
    if (number === 'unknown') unknown.push(`${name} of ${id}: ${AT_DEPLOYMENT}`)
    return number === 'unknown' ? undefined : number
  }
  const timeout = read('Timeout')
  if (timeout !== undefined && timeout > WALL_SECONDS) {
    const message = `Timeout of ${id} is ${timeout} seconds, but Cognito waits only ${WALL_SECONDS}`
    findings.push({ code: 'LG101', resource: id, path: ['Properties', 'Timeout'], message })
  }
  const memory = read('MemorySize', DEFAULT_MEMORY_MB)
  if (memory !== undefined && memory < LEAST_MEMORY_MB) {
    const message = `MemorySize of ${id} is ${memory} MB${properties.MemorySize === undefined ? " (Lambda's default)" : ''}; expected at least ${LEAST_MEMORY_MB}`
    findings.push({ code: 'LG102', resource: id, path: ['Properties', 'MemorySize'], message })
  }
  const runtime = toSymbolic(properties.Runtime)
  if (runtime !== undefined && !isKnown(runtime)) unknown.push(`Runtime of ${id}: ${AT_DEPLOYMENT}`)
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

/** Returns a property's number, or `unknown` if it is known only at deployment. A macro such as `Fn::Transform` may add the property. */
export function readNumber(properties: Resource['properties'], name: string, fallback: number | undefined): number | 'unknown' | undefined {
  const value = properties[name]
  if (value === undefined) return hasIntrinsic(properties) ? 'unknown' : fallback
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isNaN(number) ? 'unknown' : number
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
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const { id, properties } of findResources(template, 'AWS::Lambda::Function')) {
    const name = toSymbolic(properties.FunctionName)
    if (name === undefined) continue
    // A placeholder may become an empty string, so the known part gives the least length.
    const length = replacePlaceholders(name, () => '').length
    if (length <= LONGEST_NAME && !isKnown(name)) unknown.push(id)
    if (length <= LONGEST_NAME) continue
    const count = isKnown(name) ? length : `at least ${length}`
    const message = `FunctionName of ${id} has ${count} characters, but Lambda accepts at most ${LONGEST_NAME}`
    findings.push({ code: 'LG107', resource: id, path: ['Properties', 'FunctionName'], message })
  }
  // One line for all functions, because many templates build every name from a parameter.
  return {
    findings,
    unknown: unknown.length === 0 ? [] : [`the lengths of the names of ${unknown.join(', ')}: the names are known only at deployment`],
  }
}

// With a timeout of 8 seconds or less, the sweeper runs no effect, because it reserves time for an effect and for metrics.
const SWEEPER_SECONDS = 8
// Lambda's default.
const DEFAULT_SECONDS = 3

/** LG106: checks that the timeout of the sweeper is long enough to run effects. */
export function checkSweeper({ template, codes }: Subject): Judged {
  const parts = [...codes].map(([id, { sweeps }]): Judged => {
    if (!sweeps) return NOTHING
    const timeout = readNumber(template.resources.get(id)?.properties ?? {}, 'Timeout', DEFAULT_SECONDS)
    if (timeout === 'unknown') return { findings: [], unknown: [`Timeout of the sweeper ${id}: ${AT_DEPLOYMENT}`] }
    if (timeout === undefined || timeout > SWEEPER_SECONDS) return NOTHING
    const message = `Timeout of the sweeper ${id} is ${timeout} seconds; expected more than ${SWEEPER_SECONDS}`
    return { findings: [{ code: 'LG106', resource: id, path: ['Properties', 'Timeout'], message }], unknown: [] }
  })
  return mergeJudged(parts)
}
