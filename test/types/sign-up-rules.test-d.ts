import { test } from 'vitest'
import { chain, once } from '../../src/index.ts'
import { keepInvite, postConfirmation } from '../../src/post-confirmation/index.ts'
import { limitSignUps, preSignUp, requireInvite, verifyCaptcha, waitlist } from '../../src/pre-signup/index.ts'
import { siteVerify } from '../../src/shared/captcha/index.ts'
import { memoryCounter, memoryInvites, memoryLedger, memoryWaitlist } from '../../src/testing/index.ts'

const limit = { max: 5, windowSeconds: 3600 }
const verify = siteVerify({ provider: 'turnstile', secret: 'x' })

test('the rules for sign-ups compose in pre sign-up', () => {
  preSignUp(
    verifyCaptcha(verify),
    requireInvite(memoryInvites(), { from: 'validationData.promo' }),
    chain(limitSignUps({ ...limit, per: ({ user }) => user.email }, memoryCounter()), waitlist(memoryWaitlist())),
  )
  postConfirmation(keepInvite(memoryInvites()))
  postConfirmation(once(memoryLedger(), keepInvite(memoryInvites()), { delivery: 'at-least-once' }))
})

test('the compiler rejects the rules in another trigger, and wrong options', () => {
  // @ts-expect-error post confirmation cannot deny
  postConfirmation(requireInvite(memoryInvites()))
  // @ts-expect-error pre sign-up has no effects
  preSignUp(keepInvite(memoryInvites()))
  // @ts-expect-error no such place
  requireInvite(memoryInvites(), { from: 'phone' })
  // @ts-expect-error no such place
  verifyCaptcha(verify, { from: 'email' })
  // @ts-expect-error per is missing
  limitSignUps(limit, memoryCounter())
  // @ts-expect-error a counter is not a waiting list
  waitlist(memoryCounter())
})
