import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { emfProblems } from '../../support/emf.ts'
import { confirm, crash, preEvent, type Ran, refuse, runPre } from '../../support/harness.ts'

/** Runs a handler, and returns the lines that the logger wrote. */
async function captureLines(run: () => Promise<Ran>): Promise<{ readonly ran: Ran; readonly lines: readonly Record<string, unknown>[] }> {
  const written: string[] = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0)
  const ran = await run()
  vi.restoreAllMocks()
  return { ran, lines: written.map((line) => JSON.parse(line)) }
}

describe('the Powertools Logger', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each([
    ['INFO', [confirm], { decision: 'proceed' }],
    ['INFO', [refuse], { decision: 'denied', decidedBy: 'refuse', reason: 'not-invited' }],
    ['ERROR', [crash], { decision: 'failed', decidedBy: 'crash', error: { name: 'RangeError' } }],
  ])('writes the log fields, but no metrics, at the top level of a line with the level %s', async (level, rules, fields) => {
    const logger = new PowertoolsLogger({ serviceName: 'sign-up' })
    const { ran, lines } = await captureLines(() => runPre(rules, preEvent(), { logger }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level,
      service: 'sign-up',
      message: expect.stringMatching(/^PreSignUp /),
      requestId: 'request-1',
      ...fields,
    })
    expect(lines[0]).toMatchObject({ trigger: 'PreSignUp', triggerSource: 'PreSignUp_SignUp', appClient: 'app-client', coldStart: true })
    expect(lines[0]).toHaveProperty('trace.0.rule')
    expect(lines[0]).not.toHaveProperty('_aws')
    expect(ran.lines.length).toBeGreaterThan(0)
    expect(ran.lines.flatMap(emfProblems)).toEqual([])
    expect(ran.lines.every((line) => !('decision' in line))).toBe(true)
  })
})
