import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DescribedError } from '../../src/shared/lambda/describe-error.ts'
import type { LoggedRule } from '../../src/shared/lambda/log-entry.ts'
import { shadow, when } from '../../src/shared/rules/combinators.ts'
import type { LostEffect } from '../../src/shared/rules/errors.ts'
import { isObject } from '../../src/shared/rules/invocation.ts'
import { type Ledger, once } from '../../src/shared/rules/once.ts'
import { deny, done, respond, skip } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import type { SweepReport, Swept } from '../../src/sweeper/sweep.ts'
import { formatSweepLine } from '../../src/sweeper/sweeper.ts'
import {
  captureResult,
  collector,
  confirm,
  type Line,
  type Post,
  type Pre,
  post,
  postEvent,
  preEvent,
  refuse,
  runPre,
} from '../support/harness.ts'

const repository = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(repository, 'docs/reference/log.md'), 'utf8')
const guide = readFileSync(join(repository, 'docs/guides/logging.md'), 'utf8')

/** Returns the text below a heading of the page, up to the next heading of the second level. */
function readSection(heading: string): string {
  const [, text] = page.split(`\n## ${heading}\n`)
  if (text === undefined) throw new Error(`docs/reference/log.md has no heading '${heading}'`)
  return text.split('\n## ')[0] ?? ''
}

/** Lists the field names in the first column of a section's tables. Skips tables that do not describe fields. */
function listDocumentedFields(heading: string): readonly string[] {
  const names = [...readSection(heading).matchAll(/^\| `([^`]+)` \| (?:string|number|boolean|list|object|true)\b/gm)]
  return names.map(([, name = '']) => name).sort()
}

/** Lists the fields of a log line, including the fields of its trace entries and errors. */
function listFields(line: Line): readonly string[] {
  const trace: readonly unknown[] = Array.isArray(line.trace) ? line.trace : []
  const entries = trace.filter(isObject)
  const errors = [line, ...entries].map(({ error }) => error).filter(isObject)
  return [
    ...Object.keys(line),
    ...entries.flatMap((entry) => Object.keys(entry).map((name) => `trace[].${name}`)),
    ...errors.flatMap((error) => Object.keys(error).map((name) => `error.${name}`)),
  ]
}

function listUniqueFields(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.flatMap(listFields))].sort()
}

const hashed = { logHashKey: 'a random text of 16 characters or more' }

const denyWithDetail = defineRule<Pre>('terms', () =>
  deny('terms-not-accepted', 'Accept the terms', { detail: 'custom:terms: invalid_value' }),
)
const callAws = defineRule<Pre>('call-aws', () => {
  throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', code: 'throttled', $metadata: { requestId: 'aws-1' } })
})
const skipped = when<Pre>(
  Object.assign(() => false, { unmet: 'limit-reached' }),
  refuse,
)
const setClaim = (name: string, plan: string) => defineRule<Pre>(name, () => respond({ claims: { plan } }))
const takePlace = defineRule<Pre>('take-place', () => skip(), {
  can: ['deny'],
  commit: { reserve: () => undefined, release: () => undefined },
})

/** Runs invocations, and returns their log lines. Together, the lines have every field. */
async function writeInvocationLines(): Promise<readonly Line[]> {
  const runs = await Promise.all([
    runPre([denyWithDetail], preEvent(), hashed),
    runPre([callAws]),
    runPre([confirm], { ...preEvent(), userPoolId: 7 }),
    runPre([setClaim('free', 'free'), setClaim('paid', 'paid'), takePlace, shadow(refuse)]),
  ])
  return runs.flatMap(({ lines }) => lines.slice(0, 1))
}

/** Returns the `effect lost` log lines of a handler whose ledger is unreachable. */
async function writeLostLines(): Promise<readonly Line[]> {
  const unreachable = (): Promise<never> => Promise.reject(new Error('No connection'))
  const ledger: Ledger = { claim: unreachable, done: unreachable, fail: unreachable, drop: unreachable }
  const send = defineRule<Post>('send', () => done(), { can: ['done'], reads: ['email'] })
  const out = collector()
  const event = postEvent({ request: { userAttributes: { sub: 'sub-1', email: 'mary@example.com' } } })
  await captureResult(post({ write: out.write }, once(ledger, send, { delivery: 'at-most-once' }))(event))
  return out.lines().filter(({ message }) => message === 'effect lost')
}

// These objects list all results and fields. The compiler fails if one is missing.
const results: Record<Swept, number> = {
  ...{ done: 1, skipped: 1, 'rule-error': 1, unknown: 1, failed: 1, gone: 1, 'not-due': 1, waiting: 1, error: 1 },
}
const report: Required<SweepReport> = {
  ...{ swept: results, reasons: { 'cut-off': 1 }, lost: [], givenUp: ['eu-west-1_pool'], unread: 'ECONNREFUSED', tooShort: true },
}
const sweepLine = formatSweepLine(report, { failed: 1, unknown: 1 }, 'effects', Date.UTC(2026, 0, 31))
const ruleFields: Record<keyof LoggedRule, true> = {
  ...{
    rule: true,
    path: true,
    outcome: true,
    reason: true,
    detail: true,
    ms: true,
    overrides: true,
    shadow: true,
    commit: true,
    error: true,
  },
}
const errorFields: Record<keyof DescribedError, true> = { name: true, code: true, awsRequestId: true, frames: true, problems: true }
const lostFields: Record<keyof LostEffect, true> = {
  ...{ userPoolId: true, sub: true, effect: true, token: true, triggerSource: true, appClient: true },
}

/** A metric that a log line declares, with its set of dimensions. */
interface Metric {
  readonly namespace: string
  readonly dimensions: string
  readonly name: string
  readonly unit: string
}

function listMetrics({ _aws: metadata }: Line): readonly Metric[] {
  const directives: readonly unknown[] = Object(metadata).CloudWatchMetrics
  return directives.flatMap((directive) => {
    const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = Object(directive)
    return sets.flatMap((set: readonly string[]) =>
      metrics.map(({ Name: name, Unit: unit }: Readonly<Record<'Name' | 'Unit', string>>) => ({
        ...{ namespace, dimensions: set.map((each) => `\`${each}\``).join(', '), name, unit },
      })),
    )
  })
}

const formatMetric = ({ namespace, dimensions, name, unit }: Metric): string =>
  `| \`${name}\` | \`${namespace}\` | ${dimensions} | ${unit} |`

describe('docs/reference/log.md', () => {
  it('docs/reference/log.md has a row for every field of an invocation, and no other row', async () => {
    const lines = await writeInvocationLines()

    expect(lines.map(({ level, decision }) => `${level} ${decision}`)).toEqual([
      'INFO denied',
      'ERROR failed',
      'ERROR failed',
      'INFO proceed',
    ])
    expect(listDocumentedFields('Invocations')).toEqual(listUniqueFields(lines))
  })

  it('docs/reference/log.md has a row for every optional field of a trace entry and of an error', () => {
    const documented = listDocumentedFields('Invocations')

    expect(documented).toEqual(expect.arrayContaining(Object.keys(ruleFields).map((name) => `trace[].${name}`)))
    expect(documented).toEqual(expect.arrayContaining(Object.keys(errorFields).map((name) => `error.${name}`)))
  })

  it('docs/reference/log.md has a row for every field of a log line that counts a rule error', async () => {
    const { lines } = await runPre([callAws])

    expect(lines).toHaveLength(2)
    expect(listDocumentedFields('Rule errors')).toEqual(listUniqueFields(lines.slice(1)))
  })

  it('docs/reference/log.md has a row for every field of a log line that counts a skip', async () => {
    const { lines } = await runPre([skipped])

    expect(lines).toHaveLength(2)
    expect(listDocumentedFields('Skips')).toEqual(listUniqueFields(lines.slice(1)))
  })

  it('docs/reference/log.md has a row for every field that a handler writes at the log level silent', async () => {
    const { lines } = await runPre([refuse], preEvent(), { logLevel: 'silent' })

    expect(lines).toHaveLength(1)
    expect(listDocumentedFields('Invocations')).toEqual(expect.arrayContaining([...listUniqueFields(lines)]))
  })

  it('docs/reference/log.md has a row for every field of a lost effect, and no other row', async () => {
    const lines = await writeLostLines()

    expect(lines).toHaveLength(1)
    expect(listUniqueFields(lines)).toEqual(expect.arrayContaining(Object.keys(lostFields)))
    expect(listDocumentedFields('Lost effects')).toEqual(listUniqueFields(lines))
  })

  it('docs/reference/log.md has a row for every field of a sweep, and no other row', () => {
    expect(listDocumentedFields('Sweeps')).toEqual(listUniqueFields([sweepLine]))
  })

  it('docs/reference/log.md has a row for every result of a sweep, and no other row', () => {
    const documented = [...readSection('Sweeps').matchAll(/^\| `swept\.([\w-]+)` \|/gm)].map(([, name]) => name)

    expect(documented.toSorted()).toEqual(Object.keys(results).toSorted())
  })

  it('docs/reference/log.md has a row for every metric with its namespace, dimensions and unit, and no other row', async () => {
    const { lines } = await runPre([callAws])
    const { lines: skips } = await runPre([skipped])
    const every = [...(await writeInvocationLines()), ...lines, ...skips, ...(await writeLostLines()), sweepLine]
      .flatMap(listMetrics)
      .map(formatMetric)
    const documented = [...readSection('Metrics').matchAll(/^\| `\w+` \| `\w+` \| .*? \| \w+ \|(?= )/gm)].map(([row]) => row)

    expect(documented.toSorted()).toEqual([...new Set(every)].toSorted())
  })
})

describe('docs/guides/logging.md', () => {
  it('docs/guides/logging.md shows a log line with the fields of a denial', async () => {
    const [, json = ''] = /^```json\n(.*?)^```$/ms.exec(guide) ?? []
    const shown: unknown = JSON.parse(json)
    const { lines } = await runPre([refuse], preEvent(), hashed)

    expect(isObject(shown) && listUniqueFields([shown])).toEqual(listUniqueFields(lines))
  })
})
