import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { type VerifyCaptchaOptions, verifyCaptcha } from '../../src/pre-signup/verify-captcha.ts'
import { siteVerify } from '../../src/shared/captcha/site-verify.ts'
import type { VerifyToken } from '../../src/shared/captcha/verify-token.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const MESSAGE = 'Please solve the CAPTCHA again'
const isHuman: VerifyToken = async (token) => token === 'human'

/** Returns a sign-up with a token in the client metadata. */
function signUp(captcha?: string) {
  const request = { userAttributes: { email: 'ann@example.com' }, clientMetadata: captcha === undefined ? null : { captcha } }
  return preSignUpEvent(undefined, { request })
}
const decide = (event: ReturnType<typeof signUp>, verify: VerifyToken = isHuman, options?: VerifyCaptchaOptions) =>
  preSignUp({ deadlineMs: 300, write: () => undefined }, verifyCaptcha(verify, options)).decide(event)

describe('verifyCaptcha', () => {
  it('passes a valid token, and denies a missing and an invalid one with the same message', async () => {
    expect(await decide(signUp('human'))).toMatchObject({ kind: 'proceed' })
    for (const token of [undefined, ''])
      expect(await decide(signUp(token))).toMatchObject({ kind: 'denied', reason: 'captcha-missing', message: MESSAGE })
    expect(await decide(signUp('robot'))).toMatchObject({
      ...{ kind: 'denied', rule: 'verify-captcha', reason: 'captcha-refused', message: MESSAGE },
    })
  })

  it('reads the token from another field, with a text of its own', async () => {
    const event = preSignUpEvent(undefined, { request: { userAttributes: {}, validationData: { token: 'human' } } })
    expect(await decide(event, isHuman, { from: 'validationData.token' })).toMatchObject({ kind: 'proceed' })
    expect(await decide(event, isHuman, { message: 'Are you human?' })).toMatchObject({ kind: 'denied', message: 'Are you human?' })
  })

  it.each([
    ['an administrator', adminCreatedEvent()],
    ['an identity provider', federatedEvent()],
    ['an unknown source', preSignUpEvent(undefined, { triggerSource: 'PreSignUp_Telepathy' })],
  ])('denies a sign-up by %s without a token', async (_, event) => {
    expect(await decide(event)).toMatchObject({ kind: 'denied', reason: 'captcha-missing' })
  })

  it('names the same use for a repeated event, and another for another user', async () => {
    const uses: (string | undefined)[] = []
    const verify: VerifyToken = async (_token, _signal, use) => uses.push(use) > 0
    await decide(signUp('human'), verify)
    await decide(signUp('human'), verify)
    await decide({ ...signUp('human'), userName: 'eve' }, verify)
    expect(uses[0]).toBe(uses[1])
    expect(uses[0]).not.toBe(uses[2])
  })

  it('has an error if the function returns something else than a boolean', async () => {
    const verify = async (): Promise<boolean> => JSON.parse('{"success":false}')
    expect(await decide(signUp('human'), verify)).toMatchObject({
      ...{ kind: 'failed', error: { message: 'The CAPTCHA check returned an object; expected a boolean' } },
    })
  })

  it('needs no permission, and declares its reasons', () => {
    expect(verifyCaptcha(isHuman)).toMatchObject({ can: ['deny'], permissions: [], reasons: ['captcha-missing', 'captcha-refused'] })
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no function', [], 'verifyCaptcha(): argument 1 is undefined; expected a function such as siteVerify'],
    ['a misspelt option', [isHuman, { form: 'x' }], "verifyCaptcha(): unknown option 'form'"],
    ['another place', [isHuman, { from: 'email' }], "verifyCaptcha(): from is 'email'; expected a field such as 'clientMetadata.name'"],
    ['a list of places', [isHuman, { from: [] }], 'verifyCaptcha(): from is an array'],
    ['an empty message', [isHuman, { message: '' }], 'the message is empty'],
  ])('throws when it is composed with %s', (_, args, message) => {
    expect(() => Reflect.apply(verifyCaptcha, undefined, args)).toThrow(message)
  })
})

describe('verifyCaptcha with a service', () => {
  let service: LocalService
  beforeAll(async () => {
    service = await listenOnLoopback(
      createServer(async (request, response) => {
        const token = new URLSearchParams(await text(request)).get('response') ?? ''
        if (token === 'slow-TOKEN') return
        if (token === 'down-TOKEN') response.writeHead(500)
        response.end(token === 'odd-TOKEN' ? '{' : JSON.stringify({ success: token === 'good-TOKEN', hostname: 'app.example.com' }))
      }),
    )
  })
  afterAll(() => service.stop())

  it.each([
    ['good-TOKEN', 'proceed', 'proceed'],
    ['bad-TOKEN', 'denied', 'denied'],
    ['slow-TOKEN', 'failed', 'proceed'],
    ['down-TOKEN', 'failed', 'proceed'],
    ['odd-TOKEN', 'failed', 'proceed'],
  ])('decides about %s: %s, and with failOpen: %s. The log has neither token nor secret', async (token, kind, openKind) => {
    const lines: string[] = []
    const settings = { deadlineMs: 500, write: (line: string) => lines.push(line) }
    const rule = verifyCaptcha(siteVerify({ secret: 'sk-secret', url: service.endpoint, hostnames: ['app.example.com'] }))

    await preSignUp(settings, rule)(signUp(token)).catch(() => undefined)
    expect(await preSignUp(settings, rule).decide(signUp(token))).toMatchObject({ kind })
    expect(await preSignUp(settings, failOpen(rule)).decide(signUp(token))).toMatchObject({ kind: openKind })

    expect(lines.join('')).toContain('verify-captcha')
    expect(lines.join('')).not.toMatch(/TOKEN|sk-secret/)
  })
})
