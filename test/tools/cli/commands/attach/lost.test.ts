import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { ID, withPool } from '../../../../support/cli/attached-pool.ts'
import { type Finished, lifeguard, readStream, start } from '../../../../support/cli/lifeguard.ts'
import { arn } from '../../../../support/cli/user-pool.ts'

const { cognito, env } = withPool()

const args = ['attach', '--pool', ID, '--function', `preSignUp=${arn('sign-up')}`]
const attach = (...more: readonly string[]): Promise<Finished> => lifeguard([...args, ...more], { env: env() })
const isAttached = (): boolean => Object(cognito().pool(ID)?.LambdaConfig).PreSignUp === arn('sign-up')
const UNCERTAIN = 'lifeguard: The update was sent, but its result is unknown: '

describe('lifeguard attach over a failing connection', () => {
  it('reports that the function is attached when only the response was lost', async () => {
    cognito().line('lost answer')
    const before = cognito().updates()
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 0, attached: true })
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain('The pool was read again, and the functions are attached')
    expect(stdout).toContain('Attached. All other settings are unchanged')
    expect(stdout).toContain('aws lambda add-permission')
    // The command must not send a second update, which could overwrite a change that another user made after the first update.
    expect(cognito().updates()).toBe(before + 1)
  })

  it('reports that the pool is unchanged, and the next step, when the update did not arrive', async () => {
    cognito().line('lost request')
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: false })
    expect(stderr).toContain('The pool is unchanged, but the update may still arrive. Check in a minute: ')
    expect(stderr).toContain(`lifeguard attach --pool ${ID}. Then run the same command again`)
    expect(stdout).not.toContain('Attached')
  })

  it('reports that the result is unknown, and the next step, when the pool cannot be read again', async () => {
    cognito().line('cut')
    const { code, stdout, stderr } = await attach('--region', 'eu-west-1')
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: true })
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain(`The pool may be changed or not. Check it: lifeguard attach --pool ${ID}. Then run the same command again`)
    expect(stdout).not.toContain('Attached')
    cognito().line(undefined)
    expect((await attach()).stdout).toContain('Nothing to do: these functions are already attached')
  })

  it('reports that the function is attached when only the check afterwards fails', async () => {
    cognito().line('cut after the answer')
    const { code, stdout, stderr } = await attach()
    expect({ code, attached: isAttached() }).toEqual({ code: 1, attached: true })
    expect(stderr).toMatch(
      /^lifeguard: Attached, but the other settings could not be checked: .+\. Check the pool's settings and run: lifeguard attach --pool /,
    )
    expect(stdout).toContain('aws lambda add-permission')
  })

  it('reports that the result is unknown after a 5xx response of Cognito', async () => {
    cognito().fault('UpdateUserPool', 'InternalErrorException')
    const { code, stderr } = await attach()
    expect(code).toBe(1)
    expect(stderr).toContain(`${UNCERTAIN}InternalErrorException: Injected fault. The pool is unchanged`)
  })

  it('reports settings that are not as expected when the response to the update was lost', async () => {
    cognito().line('lost answer')
    cognito().meddle({ MfaConfiguration: 'OFF' })
    const { code, stderr } = await attach()
    expect(code).toBe(1)
    expect(stderr).toContain(UNCERTAIN)
    expect(stderr).toContain('The pool was read again, and these settings of the pool are not as expected: MfaConfiguration. Check them')
  })

  it.each([['SIGINT', 130] as const, ['SIGTERM', 143] as const])(
    'reports that the result is unknown when %s interrupts the command',
    async (signal, code) => {
      cognito().line('no answer')
      const before = cognito().updates()
      const child = start(args, { env: env() })
      const [stdout, stderr] = [readStream(child.stdout), readStream(child.stderr)]
      await vi.waitUntil(() => cognito().updates() > before, { timeout: 10_000 })
      child.kill(signal)
      expect(await once(child, 'close')).toEqual([code, null])
      expect(await stderr).toContain(`${UNCERTAIN}the command was interrupted. The pool may be changed or not. Check it: `)
      expect(await stdout).not.toContain('Attached')
    },
  )
})
