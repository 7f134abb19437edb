import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { captcha, customChallenge, defineChallenge as defineStep, emailCode, password } from '../../src/custom-challenge/index.ts'
import { blockUsers } from '../../src/rules/index.ts'
import {
  createChallenge,
  defineChallenge,
  lifeguardMatchers,
  memoryBlockList,
  memoryCounter,
  run,
  verifyChallenge,
} from '../../src/testing/index.ts'
import { seededRandom } from '../support/fuzz/fuzz-random.ts'
import { runs } from '../support/runs.ts'
import { beginAuthentication } from './cognito-simulation.ts'
import { key, memoryCode, texts } from './support.ts'

expect.extend(lifeguardMatchers)

const mary = { userName: 'mary' }
const isHuman = async (token: string): Promise<boolean> => token === 'human'
const quick = { answersAfterMs: 0 }

function compose(options: Parameters<typeof memoryCode>[0] = {}) {
  const { mailer, step, lastCode } = memoryCode(options)
  const counter = memoryCounter()
  const code = customChallenge({ ...quick, steps: [step], counter })
  const full = customChallenge({ ...quick, steps: [password(), captcha(isHuman), step], counter })
  return { mailer, lastCode, counter, code, full }
}

describe('a sign-in with a code', () => {
  it('issues tokens for the code of the email', async () => {
    const { code, mailer, lastCode } = compose()
    const signIn = await beginAuthentication(code, mary)

    expect(signIn.view()).toEqual({ kind: 'challenge', name: 'CUSTOM_CHALLENGE', parameters: { challenge: 'email-code', digits: '6' } })
    expect(mailer.sent).toMatchObject([{ to: 'mary@example.com', subject: 'Your code', text: expect.stringMatching(/^\d{6}$/) }])
    expect(await signIn.respond(lastCode())).toEqual({ kind: 'tokens' })
  })

  it('uses the same code for each attempt, sends one email, and fails after three wrong answers', async () => {
    const { code, mailer, lastCode } = compose()
    const patient = await beginAuthentication(code, mary)
    await patient.respond('000000x')
    await patient.respond('no')
    expect(await patient.respond(` ${lastCode().slice(0, 3)} ${lastCode().slice(3)}\n`)).toEqual({ kind: 'tokens' })
    expect(mailer.sent).toHaveLength(1)

    const guessing = await beginAuthentication(code, { userName: 'ann' })
    for (const answer of ['a', 'b']) expect(await guessing.respond(answer)).toMatchObject({ kind: 'challenge' })
    expect(await guessing.respond('c')).toEqual({ kind: 'refused' })
    expect(mailer.sent).toHaveLength(2)
  })

  it('refuses a code after its lifetime', async () => {
    let now = new Date('2026-05-01T12:00:00Z')
    const { code, lastCode } = compose({ now: () => now })
    const signIn = await beginAuthentication(code, mary)
    now = new Date('2026-05-01T12:05:01Z')
    expect(await signIn.respond(lastCode())).toMatchObject({ kind: 'challenge' })
  })

  it('writes the code neither to Cognito nor to the log', async () => {
    const { code, lastCode } = compose()
    const signIn = await beginAuthentication(code, mary)
    await signIn.respond('123')
    expect(signIn.kept()).toContain('email-code')
    expect(signIn.kept()).not.toContain(lastCode())
    const event = createChallenge({ session: [] })
    const { logs, trace } = await run(code.create, event)
    expect(JSON.stringify([logs, trace])).not.toContain(lastCode())
  })

  it('cannot be passed with the code of another sign-in', async () => {
    const { code, lastCode } = compose()
    await beginAuthentication(code, mary)
    const old = lastCode()
    const signIn = await beginAuthentication(code, mary)
    if (old !== lastCode()) expect(await signIn.respond(old)).toMatchObject({ kind: 'challenge' })
  })

  it('writes the email in the language of the user', async () => {
    const { code, mailer } = compose()
    await beginAuthentication(code, { ...mary, attributes: { locale: 'de-AT' } })
    expect(mailer.sent).toMatchObject([{ subject: 'Ihr Code' }])
  })

  it.each([
    ['has no email address', { email: '' }],
    ['has not verified the address', { email_verified: 'false' }],
    ['has a malformed address', { email: 'mary' }],
  ])('sends no email to a user who %s, and looks the same', async (_, attributes) => {
    const { code, mailer } = compose()
    const signIn = await beginAuthentication(code, { ...mary, attributes })
    expect(signIn.view()).toMatchObject({ parameters: { challenge: 'email-code', digits: '6' } })
    expect(mailer.sent).toEqual([])
    expect(await signIn.respond('123456')).toMatchObject({ kind: 'challenge' })
  })

  it('sends to an unverified address if the option says so', async () => {
    const { code, lastCode } = compose({ unverified: 'send' })
    const signIn = await beginAuthentication(code, { ...mary, attributes: { email_verified: 'false' } })
    expect(await signIn.respond(lastCode())).toEqual({ kind: 'tokens' })
  })
})

describe('a sign-in with a password, a CAPTCHA and a code', () => {
  it('asks for each step in order', async () => {
    const { full, lastCode } = compose()
    const signIn = await beginAuthentication(full, mary, 'SRP_A')
    expect(signIn.view()).toMatchObject({ name: 'PASSWORD_VERIFIER' })
    expect(await signIn.respond('', true)).toMatchObject({ parameters: { challenge: 'captcha' } })
    expect(await signIn.respond('robot')).toMatchObject({ parameters: { challenge: 'captcha' } })
    expect(await signIn.respond('human')).toMatchObject({ parameters: { challenge: 'email-code' } })
    expect(await signIn.respond(lastCode())).toEqual({ kind: 'tokens' })
  })

  it('cannot be entered at a later step', async () => {
    const { full, mailer } = compose()
    expect((await beginAuthentication(full, mary)).view()).toEqual({ kind: 'refused' })
    expect(mailer.sent).toEqual([])
  })

  it('asks an invited user for a new password first', async () => {
    const { full, lastCode } = compose()
    const signIn = await beginAuthentication(full, { ...mary, status: 'FORCE_CHANGE_PASSWORD' }, 'SRP_A')
    expect(await signIn.respond('', true)).toMatchObject({ name: 'NEW_PASSWORD_REQUIRED' })
    expect(await signIn.respond('', true)).toMatchObject({ parameters: { challenge: 'captcha' } })
    await signIn.respond('human')
    expect(await signIn.respond(lastCode())).toEqual({ kind: 'tokens' })
  })

  it('fails if the CAPTCHA service does not answer', async () => {
    const { step } = memoryCode()
    const down = async (): Promise<boolean> => {
      throw new Error('ECONNREFUSED')
    }
    const handlers = customChallenge({ steps: [captcha(down), step], limitPerSessionOnly: true })
    const secret = { challenge: 'captcha' }
    const result = await run(handlers.verify, verifyChallenge({ privateChallengeParameters: secret, challengeAnswer: 'x' }))
    expect(result).toMatchObject({ outcome: 'failed', response: null })
  })
})

describe('an unknown user', () => {
  it('gets the same steps and the same data, no email, and no tokens', async () => {
    const { full, code, mailer, lastCode } = compose()
    const known = await beginAuthentication(code, mary)
    const unknown = await beginAuthentication(code, { userName: 'nobody', unknown: true })
    expect(unknown.view()).toEqual(known.view())
    expect(mailer.sent).toHaveLength(1)
    for (const answer of [lastCode(), '000000']) expect(await unknown.respond(answer)).toEqual(known.view())
    expect(await unknown.respond('1')).toEqual({ kind: 'refused' })

    const { verify } = full
    const knowing = { userNotFound: true, privateChallengeParameters: { challenge: 'captcha' }, challengeAnswer: 'human' }
    expect(await run(verify, verifyChallenge(knowing))).toProceed({ answerCorrect: true })
  })

  it('gets no tokens even if all steps have passed', async () => {
    const { code } = compose()
    const session = [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'email-code' }]
    expect(await run(code.define, defineChallenge({ session, userNotFound: true }))).toBeDenied('user-not-found')
    expect(await run(code.define, defineChallenge({ session }))).toProceed({ issueTokens: true, failAuthentication: false })
  })

  it('waits as long as a user who gets an email', async () => {
    const { step, mailer } = memoryCode()
    const handlers = customChallenge({ steps: [step], counter: memoryCounter(), answersAfterMs: 60 })
    for (const unknown of [true, false]) {
      const began = performance.now()
      await beginAuthentication(handlers, { ...mary, unknown })
      expect(performance.now() - began).toBeGreaterThanOrEqual(59)
    }
    expect(mailer.sent).toHaveLength(1)
  })

  it('starts the wait before the email is sent, and ends it if the email fails', async () => {
    const { step, mailer } = memoryCode()
    mailer.failWith(new Error('down'))
    const handlers = customChallenge({ steps: [step], counter: memoryCounter(), answersAfterMs: 2999 })
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    onTestFinished(() => void vi.restoreAllMocks())

    expect(await run(handlers.create, createChallenge())).toFail()

    const index = timers.mock.calls.findIndex(([, ms]) => ms === 2999)
    expect(cleared).toHaveBeenCalledWith(timers.mock.results[index]?.value)
  })
})

describe('the limits of a user', () => {
  it('sends five codes an hour, and then none, with the same answer', async () => {
    const { code, mailer } = compose()
    const views: unknown[] = []
    for (let time = 0; time < 7; time += 1) views.push((await beginAuthentication(code, mary)).view())
    expect(mailer.sent).toHaveLength(5)
    expect(views).toEqual(Array(7).fill(views[0]))
    await beginAuthentication(code, { userName: 'ann' })
    expect(mailer.sent).toHaveLength(6)
  })

  it('checks five wrong answers an hour across sign-ins, and no right answer after them', async () => {
    const { code, lastCode } = compose()
    const first = await beginAuthentication(code, mary)
    for (const answer of ['1', '2', '3']) await first.respond(answer)
    const second = await beginAuthentication(code, mary)
    for (const answer of ['4', '5']) expect(await second.respond(answer)).toMatchObject({ kind: 'challenge' })
    expect(await second.respond(lastCode())).toEqual({ kind: 'refused' })
    const other = await beginAuthentication(code, { userName: 'ann' })
    expect(await other.respond(lastCode())).toEqual({ kind: 'tokens' })
  })

  it('does not count right answers', async () => {
    const { mailer, step, lastCode } = memoryCode()
    const limit = { max: 20, windowSeconds: 3600 }
    const handlers = customChallenge({ ...quick, steps: [step], counter: memoryCounter(), messages: limit })
    for (let time = 0; time < 8; time += 1) {
      const signIn = await beginAuthentication(handlers, mary)
      expect(await signIn.respond(lastCode())).toEqual({ kind: 'tokens' })
    }
    expect(mailer.sent).toHaveLength(8)
  })

  it('fails while the counter is unreachable, and sends no email', async () => {
    const { code, counter, mailer } = compose()
    counter.failWith(new Error('down'))
    expect(await run(code.create, createChallenge())).toFail('Error')
    expect(mailer.sent).toEqual([])
    const secret = { challenge: 'email-code', salt: 's', hash: 'h', expiresAt: '9999999999' }
    expect(await run(code.verify, verifyChallenge({ privateChallengeParameters: secret }))).toFail('Error')
  })
})

describe('guards', () => {
  it('end a sign-in before each step, without a text', async () => {
    const { step } = memoryCode()
    const blocks = memoryBlockList({ type: 'username', value: 'eve' })
    const { define } = customChallenge({ steps: [step], before: [blockUsers(blocks)], counter: memoryCounter() })
    const result = await run(define, defineChallenge({ userName: 'eve' }))
    expect(result).toMatchObject({
      outcome: 'denied',
      reason: 'user-blocked',
      message: null,
      response: { challengeName: null, issueTokens: false, failAuthentication: true },
    })
    expect(await run(define, defineChallenge())).toProceed({ challengeName: 'CUSTOM_CHALLENGE' })
    expect(define.refuses).toBe(false)
  })

  it('cannot issue tokens', async () => {
    const { step } = memoryCode()
    const forged = { name: 'forged', kind: 'rule', evaluate: () => ({ kind: 'answer', answer: { tokens: true } }) }
    const { define } = customChallenge(JSON.parse('{}', () => ({ steps: [step], before: [forged], counter: memoryCounter() })))
    expect(await run(define, defineChallenge())).toFail('TypeError')
  })
})

describe('events that fit no step', () => {
  const { code } = compose()

  it.each([
    { session: [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'email-code' }] },
    { session: [{ challengeName: 'SMS_MFA', challengeResult: true, challengeMetadata: null }] },
    { challengeName: 'PASSWORD_VERIFIER' },
  ])('makes a challenge that no answer passes: %j', async (options) => {
    const { response } = await run(code.create, createChallenge(options))
    expect(response).toEqual({ publicChallengeParameters: {}, privateChallengeParameters: {}, challengeMetadata: 'none' })
    const answered = await run(code.verify, verifyChallenge({ privateChallengeParameters: {}, challengeAnswer: 'x' }))
    expect(answered).toProceed({ answerCorrect: false })
  })

  it.each([
    { privateChallengeParameters: { challenge: 'captcha', answer: '1' } },
    { privateChallengeParameters: { challenge: 'email-code' } },
    { privateChallengeParameters: { challenge: 'email-code', salt: '', hash: '', expiresAt: '9999999999' }, challengeAnswer: '' },
    { privateChallengeParameters: { challenge: 'email-code' }, challengeAnswer: 'x'.repeat(9000) },
  ])('refuses an answer: %j', async (options) => {
    expect(await run(code.verify, verifyChallenge(options))).toProceed({ answerCorrect: false })
  })
})

describe('customChallenge', () => {
  const { step, mailer } = memoryCode()
  const counter = memoryCounter()
  const make = (options: unknown) => () => customChallenge(JSON.parse('{}', () => options))

  it.each([
    [{}, 'customChallenge(): steps is undefined; expected a list'],
    [{ steps: [], counter }, 'expected a list'],
    [{ steps: [step] }, "the step 'email-code' needs a counter"],
    [{ steps: [step], limitPerSessionOnly: 'yes' }, "the step 'email-code' needs a counter"],
    [{ steps: [step], counter: {} }, 'counter is an object; expected a counter such as dynamoCounter'],
    [{ steps: [step, password()], counter }, 'step 2 is password(); it can only be the first'],
    [{ steps: [step, step], counter }, "two steps are named 'email-code'"],
    [{ steps: [captcha(isHuman)], counter }, 'no step proves who the user is'],
    [{ steps: [emailCode], counter }, 'step 1 is a function; expected password(), emailCode({ ... }) or another step'],
    [{ steps: [step], counter, before: blockUsers(memoryBlockList()) }, "before is the rule 'block-users'; expected a list of rules"],
    [{ steps: [step], counter, wrongAnswers: { max: 0, windowSeconds: 60 } }, 'wrongAnswers: max is 0'],
    [{ steps: [step], counter, messages: 5 }, 'messages: the limit is a number'],
    [{ steps: [step], counter, answersAfterMs: 4000 }, 'answersAfterMs is 4000; expected 0 to 3000 milliseconds'],
    [{ steps: [step], counter, attempts: 3 }, "unknown option 'attempts'"],
  ])('rejects %j', (options, message) => {
    expect(make(options)).toThrow(message)
  })

  it('needs no counter for a password and a CAPTCHA, or if the limit of a sign-in is enough', () => {
    expect(make({ steps: [password(), captcha(isHuman)] })).not.toThrow()
    expect(make({ steps: [step], limitPerSessionOnly: true })).not.toThrow()
  })

  it('declares the permissions of each handler', () => {
    const own = emailCode({ mailer: { ...mailer, permissions: [{ actions: ['ses:SendEmail'], resource: 'FROM' }] }, texts, key })
    const count = { actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }
    const { create, verify, define } = customChallenge({ steps: [own], counter: { ...counter, permissions: [count] } })
    const permissions = (handler: { readonly composition: object }) => JSON.stringify(handler.composition)
    expect(permissions(create)).toContain('ses:SendEmail')
    expect(permissions(create)).toContain('LIMIT_TABLE')
    expect(permissions(verify)).toContain('LIMIT_TABLE')
    expect(permissions(define)).not.toContain('LIMIT_TABLE')
  })
})

describe('defineChallenge', () => {
  const parts = { name: 'pet', create: () => ({ public: {}, secret: {} }), decoy: () => ({ public: {}, secret: {} }), verify: () => true }
  const make = (options: unknown) => () => defineStep(JSON.parse('{}', () => options))

  it.each([
    [{ ...parts, name: 'Pet Name' }, "the name is 'Pet Name'; expected kebab-case"],
    [{ ...parts, decoy: undefined }, "defineChallenge('pet'): decoy is undefined; expected a function"],
    [{ ...parts, attempts: 0 }, 'attempts is 0; expected an integer from 1 to 10'],
    [{ ...parts, pose: () => undefined }, "unknown option 'pose'"],
  ])('rejects %j', (options, message) => {
    expect(make(options)).toThrow(message)
  })

  it.each([
    [{ public: { challenge: 'x' }, secret: {} }, "A challenge cannot have the parameter 'challenge'"],
    [{ public: { digits: 6 }, secret: {} }, "The parameter 'digits' is a number; Cognito accepts only strings"],
    [{ public: {}, secret: {}, state: 'x'.repeat(1001) }, 'The state of a challenge has over 1000 characters'],
  ])('fails if a step makes %j', async (challenge, message) => {
    const step = make({ ...parts, create: () => challenge })()
    const { create } = customChallenge({ steps: [step], limitPerSessionOnly: true })
    const result = await run(create, createChallenge())
    expect(result).toFail('TypeError')
    expect(String(result.error)).toContain(message)
  })

  it('makes a new challenge for each attempt of a step without `again`', async () => {
    let made = 0
    const step = defineStep({
      name: 'sum',
      create: () => {
        made += 1
        return { public: { question: `${made} + 1` }, secret: { answer: String(made + 1) } }
      },
      decoy: () => ({ public: { question: '1 + 1' }, secret: { answer: '' } }),
      verify: ({ answer, secret }) => answer === secret.answer,
    })
    const signIn = await beginAuthentication(customChallenge({ steps: [step], limitPerSessionOnly: true }), mary)
    expect(await signIn.respond('7')).toMatchObject({ parameters: { challenge: 'sum', question: '2 + 1' } })
    expect(await signIn.respond('3')).toEqual({ kind: 'tokens' })
  })
})

describe('hostile apps', () => {
  it('get tokens only if they know the password and the code', async () => {
    const count = runs(60)
    for (let number = 0; number < count; number += 1) {
      const { pick, chance, below } = seededRandom(11, number)
      const { full, code, lastCode } = compose()
      const handlers = pick([full, code])
      const needsPassword = handlers === full
      const unknown = chance(0.2)
      const knows = { password: chance(0.7), human: chance(0.8), code: chance(0.7) }
      const status = pick(['CONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'])
      const start = pick(['SRP_A', 'nothing', 'ADMIN_NO_SRP_AUTH'] as const)
      const given = { password: start === 'ADMIN_NO_SRP_AUTH', code: false }
      if (start === 'ADMIN_NO_SRP_AUTH' && (!knows.password || unknown)) continue
      const signIn = await beginAuthentication(
        handlers,
        { userName: pick(['mary', 'ann']), unknown, status },
        start === 'nothing' ? undefined : start,
      )
      for (let tries = below(8); tries > 0 && signIn.view().kind === 'challenge'; tries -= 1) {
        const view = signIn.view()
        const asked = view.kind === 'challenge' ? (view.parameters.challenge ?? view.name) : ''
        const right = chance(0.8)
        if (asked === 'captcha') await signIn.respond(right && knows.human ? 'human' : 'robot')
        else if (asked === 'email-code') {
          const answer = right && knows.code ? lastCode() : String(below(1000))
          if (answer === lastCode() && answer !== '') given.code = true
          await signIn.respond(answer)
        } else {
          const answered = await signIn.respond('', right && knows.password)
          if (answered.kind === 'challenge') given.password = true
        }
      }
      const { kind } = signIn.view()
      if (kind === 'tokens')
        expect({ unknown, ...given }).toEqual({ unknown: false, password: needsPassword ? true : given.password, code: true })
    }
  })
})
