import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { buildDomainList } from '../../src/shared/email/domain-file.ts'
import { startServices } from '../../src/tools/local/services.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment({ ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org', ...environment })
  return (await import('../../src/pre-signup/handler.ts')).handler
}

const stranger = { email: 'eve@evil.com' }
const denied = { kind: 'denied', rule: 'allow-email-domains', reason: 'domain-not-allowed' }
const allowed = { kind: 'proceed', rule: 'allow-email-domains' }
const exempt = { kind: 'proceed', rule: null }

describe('the pre sign-up handler', () => {
  it('checks self-service sign-ups, federated sign-ups and unknown trigger sources against the allowed domains', async () => {
    const handler = await handlerWith({})
    expect(await handler.decide(preSignUpEvent())).toMatchObject(allowed)
    expect(await handler.decide(preSignUpEvent(stranger))).toMatchObject(denied)
    expect(await handler.decide(federatedEvent({ ...stranger, email_verified: 'true' }))).toMatchObject(denied)
    expect(await handler.decide(preSignUpEvent(stranger, { triggerSource: 'PreSignUp_Telepathy' }))).toMatchObject(denied)
  })

  it('lets administrators create any user, unless ADMIN_CREATED_USERS=judge', async () => {
    expect(await (await handlerWith({})).decide(adminCreatedEvent(stranger))).toMatchObject(exempt)
    const judging = await handlerWith({ ADMIN_CREATED_USERS: 'judge' })
    expect(await judging.decide(adminCreatedEvent(stranger))).toMatchObject(denied)
    expect(await judging.decide(adminCreatedEvent())).toMatchObject(allowed)
  })

  it('requires a verified email from identity providers, unless they are trusted', async () => {
    expect(await (await handlerWith({})).decide(federatedEvent())).toMatchObject({ kind: 'denied', reason: 'federated-email-not-verified' })
    const trusting = await handlerWith({ FEDERATED_EMAIL: 'trust-identity-provider' })
    expect(await trusting.decide(federatedEvent())).toMatchObject(allowed)
    expect(await trusting.decide(federatedEvent({}))).toMatchObject({ kind: 'denied', reason: 'no-email' })
  })

  it('checks the denied domains before the allowed ones', async () => {
    const handler = await handlerWith({ ALLOWED_EMAIL_DOMAINS: '*', DENIED_EMAIL_DOMAINS: 'evil.com' })
    expect(await handler.decide(preSignUpEvent(stranger))).toMatchObject({ kind: 'denied', rule: 'deny-email-domains' })
    expect(await handler.decide(preSignUpEvent())).toMatchObject(allowed)
    expect(await handler.decide(adminCreatedEvent(stranger))).toMatchObject(exempt)
  })

  it('denies a blocked user who signs up again or through an identity provider, if BLOCK_TABLE is set', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
    onTestFinished(() => services.stop())
    const handler = await handlerWith(services.environment)
    const federated = federatedEvent({ email: 'ann@example.com', email_verified: 'true' })
    expect(await handler.decide(preSignUpEvent())).toMatchObject(allowed)
    expect(await handler.decide(federated)).toMatchObject(allowed)

    const documents = documentClient()
    const { userPoolId } = preSignUpEvent()
    await dynamoBlockWriter({ documents, table: 'blocks' }).block({ userPoolId, type: 'email', value: 'ann@example.com', reason: 'fraud' })
    documents().destroy()
    expect(await handler.decide(preSignUpEvent())).toMatchObject({ kind: 'denied', rule: 'block-users', reason: 'user-blocked' })
    expect(await handler.decide(federated)).toMatchObject({ kind: 'denied', rule: 'block-users', reason: 'user-blocked' })
    await expect(handler(preSignUpEvent())).rejects.toThrow('Sign-up is not possible at the moment')
    expect(await handler.decide(adminCreatedEvent())).toMatchObject(exempt)
    expect(await handler.decide(preSignUpEvent(stranger))).toMatchObject(denied)
  })

  it('fails sign-ups while the block list cannot be read', async () => {
    const handler = await handlerWith({ BLOCK_TABLE: 'blocks', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-west-1' })
    expect(await handler.decide(preSignUpEvent())).toMatchObject({ kind: 'failed', rule: 'block-users' })
  })

  it('reads the domains of every setting from built list files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lifeguard-lists-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const writeList = async (name: string, patterns: readonly string[]): Promise<string> => {
      await writeFile(join(folder, name), buildDomainList(patterns).bytes)
      return `@file:${join(folder, name)}`
    }
    const handler = await handlerWith({
      ALLOWED_EMAIL_DOMAINS: await writeList('allowed', ['example.com', '*.example.org']),
      DENIED_EMAIL_DOMAINS: await writeList('denied', ['bad.example.org']),
      AUTO_CONFIRM_DOMAINS: await writeList('confirmed', ['example.com']),
      AUTO_CONFIRM_TRUST: 'unproven-address',
    })
    expect(await handler.decide(preSignUpEvent())).toMatchObject({ ...allowed, response: { autoConfirmUser: true } })
    expect(await handler.decide(preSignUpEvent({ email: 'ann@mail.example.org' }))).toMatchObject({ ...allowed, response: {} })
    expect(await handler.decide(preSignUpEvent({ email: 'ann@bad.example.org' }))).toMatchObject({
      kind: 'denied',
      rule: 'deny-email-domains',
    })
    expect(await handler.decide(preSignUpEvent(stranger))).toMatchObject(denied)
  })

  it('reads addresses beside domains from a setting', async () => {
    const handler = await handlerWith({ ALLOWED_EMAIL_DOMAINS: '.example.org,guest@example.net', DENIED_EMAIL_DOMAINS: 'eve@example.org' })
    for (const email of ['ann@example.org', 'Guest@example.net'])
      expect(await handler.decide(preSignUpEvent({ email }))).toMatchObject({ kind: 'proceed', rule: 'allow-email-domains' })
    expect(await handler.decide(preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(denied)
    expect(await handler.decide(preSignUpEvent({ email: 'EVE@example.org' }))).toMatchObject({ kind: 'denied', rule: 'deny-email-domains' })
  })

  it('fails at init if the list allows a whole open top-level domain, and reports why to the operator only', async () => {
    const complaint = await captureComplaint(() => handlerWith({ ALLOWED_EMAIL_DOMAINS: '.com' }))
    expect(complaint).toContain("the list matches every domain below 'com'")
  })

  it('fails at init if a list file is missing, and reports its path', async () => {
    const complaint = await captureComplaint(() => handlerWith({ ALLOWED_EMAIL_DOMAINS: '@file:none.domains' }))
    const path = join(import.meta.dirname, '../../src/pre-signup/none.domains')
    expect(complaint).toContain(`@file:none.domains cannot be read: ${path}: ENOENT`)
  })

  it('confirms only self-service users whose email domain is in AUTO_CONFIRM_DOMAINS', async () => {
    const handler = await handlerWith({ AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'unproven-address' })
    expect(await handler.decide(preSignUpEvent())).toMatchObject({ ...allowed, response: { autoConfirmUser: true } })
    const created = adminCreatedEvent()
    for (const event of [
      preSignUpEvent({ email: 'ann@mail.example.org' }),
      federatedEvent({ email: 'ann@example.com', email_verified: 'true' }),
      created,
      preSignUpEvent({ email: 'ann@example.com', email_verified: 'true' }, { triggerSource: 'PreSignUp_Telepathy' }),
    ]) {
      const { trace: _, ...decision } = await handler.decide(event)
      expect(decision).toEqual({ kind: 'proceed', rule: event === created ? null : 'allow-email-domains', response: {} })
    }
    expect(await handler.decide(preSignUpEvent(stranger))).toMatchObject(denied)
  })

  it('confirms no user if only AUTO_CONFIRM_TRUST is set', async () => {
    const handler = await handlerWith({ AUTO_CONFIRM_TRUST: 'unproven-address' })
    const { trace: _, ...decision } = await handler.decide(preSignUpEvent())
    expect(decision).toEqual({ ...allowed, response: {} })
  })

  it('returns the event to Cognito, and logs no attribute', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ LOG_HASH_KEY: '0123456789abcdef' })
    const event = preSignUpEvent()
    expect(await handler(event)).toEqual(event)
    await expect(handler(preSignUpEvent(stranger))).rejects.toThrow('This email address cannot be used to sign up')
    const log = written.mock.calls.map(([line]) => String(line)).join('')
    expect(log).toContain('"decidedBy":"allow-email-domains"')
    expect(log).not.toMatch(/@|evil|example\.com/)
  })

  it.each([
    { environment: { ALLOWED_EMAIL_DOMAINS: '' }, problem: 'ALLOWED_EMAIL_DOMAINS is missing' },
    { environment: { AUTO_CONFIRM_DOMAINS: 'example.com' }, problem: 'AUTO_CONFIRM_TRUST is missing' },
  ])('fails at init: $problem', async ({ environment, problem }) => {
    expect(await captureComplaint(() => handlerWith(environment))).toContain(problem)
  })
})
