import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FinalDecision } from '../../../src/shared/lambda/handler.ts'
import { logEntry } from '../../../src/shared/lambda/log-entry.ts'
import { reporter } from '../../../src/shared/lambda/report.ts'
import type { TraceEntry } from '../../../src/shared/rules/decision.ts'
import type { RuleNode } from '../../../src/shared/rules/rule.ts'
import { collector, type Line, type Pre } from '../../support/harness.ts'

/** Strings that break a log line if they are not escaped. */
const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '\n',
    '\r\n',
    '\u0000',
    '\u001f',
    '\u007f',
    '\u2028\u2029',
    '\ud800',
    '\udfff',
    '\ud83d\ude00',
    '\udc00\ud800',
  ),
  fc.constantFrom('"}', '","decision":"proceed', '\\u0022', '__proto__', 'x'.repeat(600), `${'x'.repeat(499)}\ud83d\ude00`),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
)
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1e21, 0.0004, 0.0005, 1234.5678))
const thrown = fc.constantFrom<unknown>(new Error('secret'), 'text', Object.assign(new TypeError('secret'), { code: 'ECONNRESET' }))

const traceEntry: fc.Arbitrary<TraceEntry> = fc.record(
  {
    rule: fc.oneof(fc.constantFrom('a-rule', 'another'), hostile),
    path: fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }).map((steps) => steps.join('.')),
    outcome: fc.constantFrom('allow', 'skip', 'deny', 'done', 'error'),
    ms: number,
    reason: hostile,
    detail: hostile,
    overrides: fc.array(hostile, { maxLength: 3 }),
    shadow: fc.constant(true as const),
    error: thrown,
  },
  { requiredKeys: ['rule', 'path', 'outcome', 'ms'] },
)

const finalDecision: fc.Arbitrary<FinalDecision<Pre>> = fc
  .record({ trace: fc.array(traceEntry, { maxLength: 6 }), rule: hostile, reason: hostile, error: thrown })
  .chain(({ trace, rule, reason, error }) =>
    fc.constantFrom<FinalDecision<Pre>>(
      { kind: 'proceed', rule: null, response: {}, trace },
      { kind: 'proceed', rule, response: {}, trace },
      { kind: 'denied', rule, reason, message: 'No', trace },
      { kind: 'denied', rule: trace[0]?.rule ?? rule, reason, message: 'No', trace },
      { kind: 'failed', rule, reason, error, trace },
    ),
  )

const event = fc.record(
  {
    triggerSource: hostile,
    userPoolId: hostile,
    userName: hostile,
    callerContext: fc.record({ clientId: fc.oneof(hostile, fc.constant(null)) }),
  },
  { requiredKeys: [] },
)

const count = (name: string) => ({ Name: name, Unit: 'Count' })
const perTrigger = {
  Namespace: 'Lifeguard',
  Dimensions: [['trigger']],
  Metrics: [count('Invocations'), count('Denials'), count('RuleErrors'), { Name: 'Duration', Unit: 'Milliseconds' }],
}
const perRule = { Namespace: 'Lifeguard', Dimensions: [['trigger', 'rule']], Metrics: [count('Denials')] }

const names: ReadonlySet<string> = new Set(['chain', 'a-rule', 'another'])
const reasons: ReadonlySet<string> = new Set()
const composition: RuleNode = { name: 'chain', kind: 'chain', children: [...names].slice(1).map((name) => ({ name, kind: 'rule' })) }

describe('the log line of an invocation', () => {
  it('writes the log entry and its metrics as JSON, for any strings and numbers', () => {
    fc.assert(
      fc.property(event, finalDecision, hostile, hostile, number, fc.boolean(), (input, ended, trigger, requestId, durationMs, keyed) => {
        const out = collector()
        const settings = { write: out.write, ...(keyed && { logHashKey: 'sixteen letters or more' }) }
        reporter(trigger, composition, settings)(input, { awsRequestId: requestId }, ended, durationMs)
        const line: Line = out.lines()[0] ?? {}
        const now = Number(Object(line._aws).Timestamp)
        const hashKey = keyed ? settings.logHashKey : undefined
        const entry = logEntry({ trigger, event: input, requestId, decision: ended, coldStart: true, durationMs, hashKey, names, reasons })
        const broke = entry.trace.some(({ outcome }) => outcome === 'error')
        const denied = entry.decision === 'denied'
        const expected = {
          level: entry.decision === 'failed' ? 'ERROR' : broke ? 'WARN' : 'INFO',
          timestamp: new Date(now).toISOString(),
          message: `${trigger} ${entry.decision}`,
          ...entry,
          _aws: { Timestamp: now, CloudWatchMetrics: denied ? [perTrigger, perRule] : [perTrigger] },
          ...(denied && { rule: entry.decidedBy }),
          Invocations: 1,
          Denials: denied ? 1 : 0,
          RuleErrors: out.lines().length - 1,
          Duration: entry.durationMs,
        }
        expect(out.raw().split('\n')[0]).toBe(JSON.stringify(expected))
      }),
      { numRuns: 3000 },
    )
  })
})
