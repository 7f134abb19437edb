import { describe, expect, it } from 'vitest'
import { createTotp, createTotpSecret, isTotp } from '../../../src/tools/pool/mfa.ts'

// The secret of RFC 6238, appendix B, `12345678901234567890` in base 32.
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('the code of an authenticator app', () => {
  // RFC 6238 lists eight digits. Cognito uses the last six.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %i seconds has the digits of RFC 6238', (seconds, code) => {
    expect(createTotp(SECRET, Math.floor(seconds / 30))).toBe(code.slice(2))
  })

  it('is valid for its time step, and one before and after', () => {
    const now = 1_111_111_111_000
    const codes = [-60, -30, 0, 30, 60].map((seconds) => createTotp(SECRET, Math.floor((now / 1000 + seconds) / 30)))

    expect(codes.map((code) => isTotp(SECRET, code, now))).toEqual([false, true, true, true, false])
  })

  it.each(['', '12345', '1234567', 'abcdef', 'äöüäöü'])('is not %j, and no length causes an error', (typed) => {
    expect(isTotp(SECRET, typed, 1_111_111_111_000)).toBe(false)
  })

  it('has a new secret of 160 bits in base 32 for each user', () => {
    const secrets = Array.from({ length: 20 }, createTotpSecret)

    expect(new Set(secrets).size).toBe(20)
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  })
})
