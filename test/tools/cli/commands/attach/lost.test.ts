import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { ID, withPool } from '../../../../support/cli/attached-pool.ts'
import { type Finished, lifeguard, readStream, start } from '../../../../support/cli/lifeguard.ts'
import { arn } from '../../../../support/cli/user-pool.ts'

const { cognito, env } = withPool()

const args = ['attach', '--pool', ID, '--function', `preSignUp=${arn('sign-up')}`]
const attach = (...more: readonly string[]): Promise<Finished> => lifeguard([...args, ...more], { env: env() })
const isAttached = (): boolean => Object(cognito().pool(ID)?.LambdaConfig).PreSignUp === arn('sign-up')
const UNCERTAIN = 'lifeguard: The update was sent, and Cognito did not say what came of it: '

describe('lifeguard attach over a line that fails', () => {
  it('says that the pool has it when only the answer was lost', async () => {
    cognito().line('lost answer')
    const before = cognito().updates()
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 0, attached: true })
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain('The pool was read again, and has what it was to have')
    expect(stdout).toContain('Attached; all other settings are as they were')
    expect(stdout).toContain('aws lambda add-permission')
    // Sent again it would take back what somebody else did in between.
    expect(cognito().updates()).toBe(before + 1)
  })

  it('says that the pool is as it was, and what to do, when the update did not arrive', async () => {
    cognito().line('lost request')
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: false })
    expect(stderr).toContain('The pool is as it was, but the update may arrive yet. Look in a minute: ')
    expect(stderr).toContain(`lifeguard attach --pool ${ID}. Then give the same command again`)
    expect(stdout).not.toContain('Attached')
  })

  it('says that nothing is known, and what to do, when the pool cannot be read either', async () => {
    cognito().line('cut')
    const { code, stdout, stderr } = await attach('--region', 'eu-west-1')
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: true })
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain(
      `Whether the pool is changed is not known. See: lifeguard attach --pool ${ID}. Then give the same command again`,
    )
    expect(stdout).not.toContain('Attached')
    cognito().line(undefined)
    expect((await attach()).stdout).toContain('Nothing to do: the pool has these functions')
  })

  it('says that it is attached when only the check afterwards cannot be made', async () => {
    cognito().line('cut after the answer')
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: true })
    expect(stderr).toMatch(/^lifeguard: Attached, but whether all else is as it was cannot be told: .+\. See: lifeguard attach --pool /)
    expect(stdout).toContain('aws lambda add-permission')
  })

  it('takes a fault of Cognito for no refusal', async () => {
    cognito().fault('UpdateUserPool', 'InternalErrorException')
    const { code, stderr } = await attach()
    expect(code).toBe(1)
    expect(stderr).toContain(`${UNCERTAIN}InternalErrorException: Injected fault. The pool is as it was`)
  })

  it('says what is not as it was to be when no answer came', async () => {
    cognito().line('lost answer')
    cognito().meddle({ MfaConfiguration: 'OFF' })
    const { code, stderr } = await attach()
    expect(code).toBe(1)
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain('It was read again: of the pool these are not what they were to be: MfaConfiguration. Look at them')
  })

  it.each([['SIGINT', 130] as const, ['SIGTERM', 143] as const])(
    'says what is not known when %s ends it in between',
    async (signal, code) => {
      cognito().line('no answer')
      const before = cognito().updates()
      const child = start(args, { env: env() })
      const [stdout, stderr] = [readStream(child.stdout), readStream(child.stderr)]
      await vi.waitUntil(() => cognito().updates() > before, { timeout: 10_000 })
      child.kill(signal)
      expect(await once(child, 'close')).toEqual([code, null])
      expect(await stderr).toContain(`${UNCERTAIN}the command was interrupted. Whether the pool is changed is not known. See: `)
      expect(await stdout).not.toContain('Attached')
    },
  )
})
