import { describe, expect, it } from 'vitest'
import { emfProblems } from '../support/emf.ts'
import { deployed, sample } from '../support/fidelity/deployed.ts'
import type { Written } from '../support/fidelity/sandbox.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'

/** A user whose data must not appear in a log. */
const personal = {
  userName: 'quilliam-7',
  sub: '0b7c1f6e-55d1-4a0e-9d57-3f1f5f0c9a11',
  email: 'quilliam@example.com',
  given_name: 'Quilliam',
  phone_number: '+15550100999',
}

// The header that the runtime client writes before each log entry: type, length and time.
const FRAME_HEADER_BYTES = 16
const ERROR_OF = { TEXT: 0xa55a0003 | 20, JSON: 0xa55a0002 | 20 } as const

underRuntimeClient('the log', (client) => {
  const { start } = deployed(client)

  /** Returns the output of three invocations: a sign-in that proceeds, a denied one, and a failing one. */
  async function written(environment: Readonly<Record<string, string>>, telemetry: boolean): Promise<Written> {
    const known = await sample('pre-auth/sign-in-mary')
    const { userName, ...userAttributes } = personal
    const event = { ...known, userName, request: { ...Object(known.request), userAttributes } }
    const blocked = { ...event, request: { ...event.request, userAttributes: { ...userAttributes, email: 'dora@example.com' } } }
    const sandbox = await start('pre-auth', environment, { telemetry })
    expect(await sandbox.invoke(event)).toMatchObject({ kind: 'response' })
    expect(await sandbox.invoke(blocked)).toMatchObject({ kind: 'error', error: { errorType: 'TriggerDeniedError' } })
    expect(await sandbox.invoke({ ...event, userPoolId: 7 })).toMatchObject({ kind: 'error', error: { errorType: 'TriggerFailedError' } })
    return sandbox.stop()
  }

  describe.each(['TEXT', 'JSON'] as const)('the log in the %s format', (format) => {
    const inFormat = { AWS_LAMBDA_LOG_FORMAT: format }

    it('has only complete lines of the handler on standard output if the runtime client logs to its own file descriptor', async () => {
      const { stdout, telemetry } = await written(inFormat, true)
      expect(stdout.endsWith('\n')).toBe(true)
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => Object(JSON.parse(line)))
      expect(lines.map(emfProblems)).toEqual(lines.map(() => []))
      expect(lines.map(({ level, decision, rule }) => [level, decision, rule])).toEqual([
        ['INFO', 'proceed', undefined],
        ['INFO', 'denied', 'block-users'],
        ['ERROR', 'failed', undefined],
        // The error metric is a separate line.
        [undefined, undefined, 'handler'],
      ])
      expect(parseFrames(telemetry)).toEqual([
        { type: ERROR_OF[format] >>> 0, text: expect.stringContaining('"errorType":"TriggerDeniedError"') },
        { type: ERROR_OF[format] >>> 0, text: expect.stringContaining('"errorType":"TriggerFailedError"') },
      ])
    })

    it('has complete lines of the handler and the client if both log to standard output', async () => {
      const { stdout } = await written(inFormat, false)
      const lines = stdout.trimEnd().split('\n')
      const theirs = lines.filter((line) => !line.includes('"_aws"'))
      expect(lines.map((line) => (theirs.includes(line) ? 'theirs' : 'ours'))).toEqual(['ours', 'ours', 'theirs', 'ours', 'ours', 'theirs'])
      for (const line of lines) if (!theirs.includes(line)) expect(emfProblems(JSON.parse(line))).toEqual([])
      for (const line of theirs)
        expect(line).toMatch(
          format === 'JSON' ? /^\{"timestamp":.*"Trigger(Denied|Failed)Error".*\}$/ : /^[^\t]+\t[0-9a-f-]{36}\tERROR\tInvoke Error \t\{/,
        )
    })

    it("contains no personal data, neither in the handler's lines nor in the client's", async () => {
      const { stdout, stderr, telemetry } = await written(inFormat, true)
      expect(stderr).toBe('')
      for (const text of Object.values(personal)) expect(`${stdout}${telemetry}`).not.toContain(text)
    })
  })

  it("has only metrics if LOG_LEVEL is silent, and ignores the runtime's own log level", async () => {
    const { stdout, telemetry } = await written({ LOG_LEVEL: 'silent', AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'FATAL' }, true)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Object(JSON.parse(line)))
    expect(lines.map(emfProblems)).toEqual([[], [], [], []])
    expect(lines.map(({ message }) => message)).toEqual([undefined, undefined, undefined, undefined])
    expect(telemetry).toHaveLength(0)
  })
})

function parseFrames(telemetry: Buffer): readonly { readonly type: number; readonly text: string }[] {
  const frames = []
  for (let at = 0; at < telemetry.length; ) {
    const end = at + FRAME_HEADER_BYTES + telemetry.readInt32BE(at + 4)
    frames.push({ type: telemetry.readUInt32BE(at), text: telemetry.toString('utf8', at + FRAME_HEADER_BYTES, end) })
    at = end
  }
  return frames
}
