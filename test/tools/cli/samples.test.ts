import { describe, expect, it } from 'vitest'
import { lifeguard, parseNdjson } from '../../support/cli/lifeguard.ts'
import { loadContracts } from '../../support/triggers.ts'

// These tests run in this repository, with its own bundles and sample events.
describe('lifeguard replay in this project', { timeout: 300_000 }, () => {
  it('replays the sample events in the order in which Cognito calls the triggers, and every result is as expected', async () => {
    const { code, stdout } = await lifeguard(['replay', '--json'])
    const results = parseNdjson(stdout)
    expect(results.filter(({ expected }) => expected !== true)).toEqual([])
    const inOrder = (await loadContracts()).map(({ trigger }) => trigger)
    expect([...new Set(results.map(({ trigger }) => trigger))]).toEqual(inOrder)
    expect(results.length).toBeGreaterThanOrEqual(30)
    expect(results.filter(({ trace }) => trace === null)).toEqual([])
    expect(code).toBe(0)
  })

  it('prints the profiles and emails, in lines of at most 100 columns', async () => {
    const { code, stdout } = await lifeguard(['replay', 'events/pre-signup', 'events/post-confirmation', 'events/post-auth'])
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(stdout).toMatch(/^PreSignUp {2}events\/pre-signup$/m)
    expect(stdout).toMatch(/^Profiles written: \d+$/m)
    expect(stdout).toMatch(/^Emails sent: \d+$/m)
    expect(stdout).toMatch(/^(\d+) as expected; /m)
    expect(code).toBe(0)
  })

  it('writes one profile and sends one email when a confirmation is repeated', async () => {
    const { stdout } = await lifeguard(['replay', 'events/post-confirmation/confirm-mary.json', '--repeat', '3'])
    expect(stdout).toContain('confirm-mary #3')
    expect(stdout).toContain('Profiles written: 1\n')
    expect(stdout).toContain('Emails sent: 1\n')
  })

  it('prints an invalid setting without a stack trace', async () => {
    const { code, stdout, stderr } = await lifeguard(['replay', 'events/pre-signup/sign-up-mary.json'], {
      env: { ALLOWED_EMAIL_DOMAINS: 'not a domain' },
    })
    expect(stderr).toContain('\nThe PreSignUp handler does not start: see the lines above\n')
    expect(stderr).toContain('ALLOWED_EMAIL_DOMAINS')
    expect(stderr).toContain('not a domain')
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stdout).toContain('failed   the handler does not start')
    expect(code).toBe(1)
  })

  it('prints the rule that denied an event', async () => {
    const { code, stdout } = await lifeguard(['explain', 'events/pre-signup/sign-up-other-domain.json'])
    expect(stdout).toMatch(/allow-email-domains +deny +domain-not-allowed +[\d.]+ ms/)
    expect(stdout).toContain('denied by allow-email-domains: domain-not-allowed\n→ PreSignUp failed with error ')
    expect(code).toBe(0)
  })
})
