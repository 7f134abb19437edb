import { afterEach, describe, expect, it, vi } from 'vitest'
import { EFFECT_LOST } from '../../../src/shared/lambda/report.ts'
import { LOG_LEVELS, type LogFields, type Logger, type LogLevel } from '../../../src/shared/lambda/settings.ts'
import { anyOf, chain, failClosed, failOpen, parallel, shadow } from '../../../src/shared/rules/combinators.ts'
import { EffectLostError } from '../../../src/shared/rules/errors.ts'
import { deny, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { emfProblems } from '../../support/emf.ts'
import {
  captureResult,
  collector,
  confirm,
  crash,
  type Line,
  noOpinion,
  type Post,
  type Pre,
  post,
  postEvent,
  pre,
  preEvent,
  refuse,
  runPre,
  work,
} from '../../support/harness.ts'

const sorted = (line: Line | undefined): readonly string[] => Object.keys(line ?? {}).sort()

const ALWAYS = [
  ...['_aws', 'Invocations', 'Denials', 'RuleErrors', 'Duration'],
  ...['level', 'timestamp', 'message', 'requestId', 'trigger', 'triggerSource', 'userPoolId', 'appClient'],
  ...['decision', 'decidedBy', 'reason', 'coldStart', 'durationMs', 'trace'],
]
const METRICS_ONLY = ['_aws', 'Invocations', 'Denials', 'RuleErrors', 'Duration', 'trigger']
const keys = (...names: readonly string[]): readonly string[] => [...names].sort()

const brokenAfter = defineRule<Post>('broken-after', () => {
  throw new Error('secret')
})

/** Creates a logger that records its calls. */
function recorder(): { readonly logger: Logger; readonly calls: readonly (readonly [string, string, LogFields])[] } {
  const calls: [string, string, LogFields][] = []
  const at = (level: string) => (message: string, fields: LogFields) => void calls.push([level, message, fields])
  return { logger: { info: at('info'), warn: at('warn'), error: at('error') }, calls }
}

describe('the log line of an invocation', () => {
  it('writes a log line with exactly the documented fields for an approval', async () => {
    const { lines } = await runPre([noOpinion, confirm])
    expect(lines).toHaveLength(1)
    expect(sorted(lines[0])).toEqual(keys(...ALWAYS))
    expect(lines[0]).toMatchObject({
      ...{ level: 'INFO', message: 'PreSignUp proceed', requestId: 'request-1', trigger: 'PreSignUp', triggerSource: 'PreSignUp_SignUp' },
      ...{ userPoolId: 'eu-west-1_pool', appClient: 'app-client', decision: 'proceed', decidedBy: null, reason: null, coldStart: true },
      ...{ Invocations: 1, Denials: 0, RuleErrors: 0, durationMs: expect.any(Number), Duration: lines[0]?.durationMs },
      trace: [
        { rule: 'no-opinion', path: '0', outcome: 'skip', ms: expect.any(Number) },
        { rule: 'confirm', path: '1', outcome: 'answer', ms: expect.any(Number) },
      ],
    })
    expect(lines[0]?.timestamp).toBe(new Date(String(lines[0]?.timestamp)).toISOString())
  })

  it('writes the denying rule as an additional metric dimension for a denial', async () => {
    const { lines } = await runPre([refuse])
    expect(lines).toHaveLength(1)
    expect(sorted(lines[0])).toEqual(keys(...ALWAYS, 'rule'))
    expect(lines[0]).toMatchObject({
      level: 'INFO',
      decision: 'denied',
      decidedBy: 'refuse',
      reason: 'not-invited',
      rule: 'refuse',
      Denials: 1,
    })
  })

  it('logs the error of a failure, and counts the error of the rule in a second line', async () => {
    const { lines } = await runPre([crash])
    expect(lines).toHaveLength(2)
    expect(sorted(lines[0])).toEqual(keys(...ALWAYS, 'error'))
    expect(sorted(Object(lines[0]?.error))).toEqual(['frames', 'name'])
    expect(lines[0]).toMatchObject({ level: 'ERROR', decision: 'failed', decidedBy: 'crash', reason: 'RangeError', RuleErrors: 1 })
    expect(lines[1]).toEqual({ _aws: expect.any(Object), trigger: 'PreSignUp', rule: 'crash', RuleErrors: 1 })
  })

  it('reports a cold start only for the first invocation of a handler', async () => {
    const out = collector()
    const handler = pre({ write: out.write }, noOpinion)
    for (let invocation = 0; invocation < 3; invocation++) await handler(preEvent())
    expect(out.lines().map(({ coldStart }) => coldStart)).toEqual([true, false, false])
  })

  it('escapes line breaks in logged values', async () => {
    const { raw, lines } = await runPre([noOpinion], preEvent({ triggerSource: 'a\nb\u2028c', userPoolId: 'x\r\n{"level":"ERROR"}' }))
    expect(raw.split('\n')).toEqual([expect.any(String), ''])
    expect(lines[0]).toMatchObject({ triggerSource: 'a\nb\u2028c' })
  })

  it('truncates very long values of the event', async () => {
    const { lines } = await runPre([noOpinion], preEvent({ triggerSource: 'x'.repeat(10_000) }))
    expect(lines[0]?.triggerSource).toBe(`${'x'.repeat(500)}...`)
  })

  it('rounds logged times to microseconds', async () => {
    const { lines } = await runPre([noOpinion])
    expect(String(lines[0]?.durationMs)).toMatch(/^\d+(\.\d{1,3})?$/)
  })

  it('logs the detail of the deciding denial, truncated if it is long', async () => {
    const denying = (detail: string): Rule<Pre> => defineRule<Pre>('denying', () => deny('nope', 'No', { detail }))
    const branches = await runPre([
      shadow(denying('of-a-shadow')),
      anyOf(denying('of-a-branch-before'), denying('custom:terms: of-the-one-that-decided; email: too_small')),
    ])
    expect(branches.lines[0]).toMatchObject({ decidedBy: 'denying', detail: 'custom:terms: of-the-one-that-decided; email: too_small' })
    const long = await runPre([denying(Array(300).fill('d').join('; '))])
    const cut = `${Array(300).fill('d').join('; ').slice(0, 500)}...`
    expect(long.lines[0]).toMatchObject({ detail: cut, trace: [{ rule: 'denying', detail: cut }] })
  })

  it.each(['an invitation of mary@example.com', 'mary', 'x: MARY', 'Mary Hidden', '+491701234567', 'mary@example.com'])(
    'hides the detail of a denial if it is free text or a value of the event: %s',
    async (detail) => {
      const { lines } = await runPre([defineRule<Pre>('denying', () => deny('nope', 'No', { detail }))])
      expect(lines[0]).toMatchObject({ reason: 'nope', detail: 'hidden', trace: [{ detail: 'hidden' }] })
    },
  )

  it('writes only the metrics if reading the event throws', async () => {
    const secretive = Object.defineProperty(preEvent(), 'userPoolId', {
      get: () => {
        throw new Error('mary@example.com')
      },
    })
    const { lines, raw, error } = await runPre([noOpinion], secretive)
    expect(error?.message).toBe('Something went wrong, please try again later')
    expect(lines).toMatchObject([{ trigger: 'PreSignUp', Invocations: 1, Denials: 0 }])
    expect(lines.flatMap(emfProblems)).toEqual([])
    expect(raw).not.toContain('mary')
  })

  it('hides a reason, error name or error code that is a value of the event', async () => {
    const event = preEvent({ request: { userAttributes: { sub: 'b7d3c1f0-aaaa', name: 'Mary' } } })
    const throwing = defineRule<Pre>('throwing', () => {
      throw Object.assign(new Error('no'), { name: 'mary', code: 'x-b7d3c1f0-aaaa' })
    })
    expect((await runPre([throwing], event)).lines[0]).toMatchObject({ reason: 'hidden', error: { name: 'hidden', code: 'hidden' } })
    const denied = await runPre([defineRule<Pre>('denying', ({ user }) => deny(user.sub ?? '', 'No'))], event)
    expect(denied.lines[0]).toMatchObject({ reason: 'hidden', trace: [{ reason: 'hidden' }] })
    const skipped = await runPre([defineRule<Pre>('skipping', ({ user }) => skip(user.userName))], event)
    expect(skipped.lines[0]).toMatchObject({ trace: [{ reason: 'hidden' }] })
  })

  it('logs a trace entry for every rule, with reason, overrides, shadow and error', async () => {
    const again = defineRule<Pre>('again', () => respond({ autoConfirmUser: false }, 'not-yet'))
    const { lines } = await runPre([confirm, again, failOpen(crash), shadow(refuse)])
    expect(lines[0]).toMatchObject({
      level: 'WARN',
      decision: 'proceed',
      trace: [
        { rule: 'confirm', path: '0', outcome: 'answer' },
        { rule: 'again', path: '1', outcome: 'answer', reason: 'not-yet', overrides: ['autoConfirmUser'] },
        { rule: 'fail-open', path: '2', outcome: 'skip', reason: 'failed-open' },
        { rule: 'crash', path: '2.0', outcome: 'error', reason: 'RangeError', error: { name: 'RangeError' } },
        { rule: 'shadow', path: '3', outcome: 'skip', reason: 'shadowed' },
        { rule: 'refuse', path: '3.0', outcome: 'deny', reason: 'not-invited', shadow: true },
      ],
    })
  })

  it('logs at the level WARN if a rule of a working trigger throws, because the trigger proceeds', async () => {
    const out = collector()
    await post({ write: out.write }, brokenAfter, work)(postEvent())
    expect(out.lines()[0]).toMatchObject({ level: 'WARN', message: 'PostConfirmation proceed', decision: 'proceed', RuleErrors: 1 })
  })
})

describe('the log line of a lost effect', () => {
  const lost = new EffectLostError(
    { userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'send-welcome-email', token: 'token-1' },
    Object.assign(new Error('mary@example.com'), { name: 'TimeoutError' }),
  )
  const counted = { _aws: expect.anything(), trigger: 'PostConfirmation', EffectsLost: 1 }
  const losing = defineRule<Post>('losing', () => {
    throw lost
  })
  const line = {
    level: 'ERROR',
    message: 'effect lost',
    userPoolId: 'eu-west-1_pool',
    sub: 'sub-1',
    effect: 'send-welcome-email',
    token: 'token-1',
    ...counted,
  }

  it.each(LOG_LEVELS)('contains the pool, sub, effect and token, but no error message, at the log level %s', async (logLevel) => {
    const out = collector()
    await post({ write: out.write, logLevel }, losing, work)(postEvent())
    expect(out.lines().filter(({ message }) => message === EFFECT_LOST)).toEqual([line])
    expect(out.raw()).not.toContain('mary@')
  })

  it('writes a lost effect to standard output even if a logger is set', async () => {
    const out = collector()
    const { logger, calls } = recorder()
    await post({ write: out.write, logger }, losing)(postEvent())
    expect(out.lines().filter(({ message }) => message !== undefined)).toEqual([line])
    expect(calls).toHaveLength(1)
    expect(JSON.stringify(calls)).not.toContain('sub-1')
  })

  it('logs a lost effect once if its error also fails the surrounding combinators', async () => {
    const out = collector()
    await captureResult(post({ write: out.write }, failClosed(chain(losing)))(postEvent()))
    expect(out.lines().filter(({ message }) => message === EFFECT_LOST)).toEqual([line])
  })

  it('logs each lost effect of an invocation', async () => {
    const out = collector()
    const other = defineRule<Post>('other', () => {
      throw new EffectLostError({ userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'other', token: 'token-2' }, undefined)
    })
    await post({ write: out.write }, parallel(losing, other))(postEvent())
    expect(out.lines().filter(({ message }) => message === EFFECT_LOST)).toEqual([line, { ...line, effect: 'other', token: 'token-2' }])
  })

  it('does not appear if a rule throws any other error', async () => {
    const out = collector()
    await post({ write: out.write }, brokenAfter, work)(postEvent())
    expect(out.raw()).not.toContain(EFFECT_LOST)
  })
})

describe('the metrics of an invocation', () => {
  const faulty = [{ after: () => Promise.reject(new Error('after')) }]
  const cases: readonly (readonly [string, () => Promise<readonly Line[]>, readonly string[]])[] = [
    ['an approval', async () => (await runPre([confirm])).lines, []],
    ['a denial', async () => (await runPre([refuse])).lines, []],
    ['an invalid event', async () => (await runPre([confirm], null)).lines, ['handler']],
    ['an error of a rule', async () => (await runPre([crash])).lines, ['crash']],
    ['an error of a nested rule', async () => (await runPre([chain(noOpinion, chain(crash))])).lines, ['crash']],
    ['an error of a rule in an anyOf that allows', async () => (await runPre([anyOf(crash, approve)])).lines, ['crash']],
    ['errors of two rules', async () => (await runPre([anyOf(crash, crash)])).lines, ['crash', 'crash']],
    ['an error in a shadow', async () => (await runPre([shadow(crash)])).lines, []],
    ['an error of a middleware', async () => (await runPre([confirm], preEvent(), { middleware: faulty })).lines, ['handler']],
    [
      'an error of a rule in failOpen and an error of a middleware',
      async () => (await runPre([failOpen(crash)], preEvent(), { middleware: faulty })).lines,
      ['crash', 'handler'],
    ],
  ]
  const approve = defineRule<Pre>('approve', () => ({ kind: 'allow' }))

  it.each(cases)('writes valid CloudWatch metrics, with one line for each rule error: %s', async (_, run, broken) => {
    const [counted, ...ruleErrors] = await run()
    expect([counted, ...ruleErrors].flatMap(emfProblems)).toEqual([])
    expect(ruleErrors.map(({ rule }) => rule)).toEqual(broken)
    expect(counted?.RuleErrors).toBe(broken.length)
    expect(ruleErrors.every(({ RuleErrors: count, trigger }) => count === 1 && trigger === 'PreSignUp')).toBe(true)
  })

  it('counts a denial for the trigger and for the denying rule', async () => {
    const [counted] = (await runPre([refuse])).lines
    expect(counted?._aws).toMatchObject({
      CloudWatchMetrics: [
        { Namespace: 'Lifeguard', Dimensions: [['trigger']] },
        { Namespace: 'Lifeguard', Dimensions: [['trigger', 'rule']], Metrics: [{ Name: 'Denials', Unit: 'Count' }] },
      ],
    })
  })
})

describe('the log level', () => {
  const outcomes: readonly (readonly ['info' | 'warn' | 'error', readonly Rule<Pre>[]])[] = [
    ['info', [refuse]],
    ['warn', [failOpen(crash)]],
    ['error', [crash]],
  ]
  const cases = LOG_LEVELS.flatMap((level) => outcomes.map(([severity, rules]) => [level, severity, rules] as const))

  it.each(cases)(
    'applies the log level %s to a log line of the severity %s, but always writes the metrics',
    async (logLevel, severity, rules) => {
      const written = LOG_LEVELS.indexOf(severity) >= LOG_LEVELS.indexOf(logLevel)
      const { lines } = await runPre(rules, preEvent(), { logLevel })
      expect(lines.flatMap(emfProblems)).toEqual([])
      expect(lines[0]?.level).toBe(written ? severity.toUpperCase() : undefined)
      if (!written) expect(sorted(lines[0])).toEqual(keys(...METRICS_ONLY, ...(severity === 'info' ? ['rule'] : [])))

      const { logger, calls } = recorder()
      const own = await runPre(rules, preEvent(), { logLevel, logger })
      expect(calls.map(([level]) => level)).toEqual(written ? [severity] : [])
      expect(own.lines.flatMap(emfProblems)).toEqual([])
      expect(sorted(own.lines[0])).toEqual(keys(...METRICS_ONLY, ...(severity === 'info' ? ['rule'] : [])))
    },
  )

  it.each<LogLevel>(['silent', 'error'])('at the log level %s, writes only the metrics for an approval', async (logLevel) => {
    const { lines } = await runPre([confirm], preEvent(), { logLevel })
    expect(lines).toHaveLength(1)
    expect(sorted(lines[0])).toEqual(keys(...METRICS_ONLY))
  })
})

describe('a logger in the settings', () => {
  it('passes the log entry to the logger, and writes the metrics to standard output', async () => {
    const { logger, calls } = recorder()
    const { lines } = await runPre([crash], preEvent(), { logger })
    expect(calls).toMatchObject([['error', 'PreSignUp failed', { requestId: 'request-1', decision: 'failed', decidedBy: 'crash' }]])
    expect(calls[0]?.[2]).not.toHaveProperty('_aws')
    expect(lines.map(sorted)).toEqual([keys(...METRICS_ONLY), keys('_aws', 'trigger', 'rule', 'RuleErrors')])
  })

  const fail = (): never => {
    throw new Error('the logger is broken')
  }
  it('writes the log line to standard output if the logger throws, and keeps the decision', async () => {
    const logger: Logger = { info: fail, warn: fail, error: fail }
    const approved = await runPre([confirm], preEvent(), { logger })
    expect(approved.answer).toStrictEqual((await runPre([confirm])).answer)
    expect(approved.lines).toMatchObject([{ decision: 'proceed', level: 'INFO' }])
    expect((await runPre([refuse], preEvent(), { logger })).error).toMatchObject({
      name: 'TriggerDeniedError',
      message: 'You need an invitation',
    })
    expect((await runPre([crash], preEvent(), { logger })).error).toMatchObject({ name: 'TriggerFailedError' })
  })

  it('ignores a rejected promise that the logger returns', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const reject = async (): Promise<void> => fail()
    const { answer } = await runPre([confirm], preEvent(), { logger: { info: reject, warn: reject, error: reject } })
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', unhandled)
    expect(answer).toMatchObject({ response: { autoConfirmUser: true } })
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('writes correct metrics even if the logger changes the log entry', async () => {
    const editEntry = (_: string, fields: LogFields): void => {
      for (const name of Object.keys(fields)) fields[name] = null
    }
    const { lines } = await runPre([refuse], preEvent(), { logger: { info: editEntry, warn: editEntry, error: editEntry } })
    expect(lines[0]).toMatchObject({ trigger: 'PreSignUp', rule: 'refuse', Denials: 1 })
  })
})

describe('standard output', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('receives each log line in a single write by default', async () => {
    const written: unknown[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(chunk) > 0)
    await pre(confirm)(preEvent())
    vi.restoreAllMocks()
    expect(written).toHaveLength(1)
    expect(String(written[0])).toMatch(/^\{.*\}\n$/)
  })

  it('keeps the decision if writing the log line fails', async () => {
    const write = (): never => {
      throw new Error('EPIPE: a private detail')
    }
    expect((await captureResult(pre({ write }, confirm)(preEvent()))).answer).toMatchObject({ response: { autoConfirmUser: true } })
    expect((await captureResult(pre({ write }, refuse)(preEvent()))).error).toMatchObject({
      name: 'TriggerDeniedError',
      message: 'You need an invitation',
    })
  })
})
