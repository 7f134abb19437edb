import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import type { Decision } from '../../src/shared/rules/decision.ts'
import { listRules, type RuleNode } from '../../src/shared/rules/rule.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'
import { type FaultyServices, startFaultyServices } from '../support/faulty-ses.ts'
import { startLossyProxy } from '../support/lossy-proxy.ts'
import { rehearsed } from '../support/rehearsed.ts'

const mail = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://app.example.com' }
let services: FaultyServices

beforeAll(async () => {
  services = await startFaultyServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
})
afterAll(() => services.stop())
afterEach(() => {
  services.ses.clear()
  services.ses.fault(undefined)
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/post-confirmation/handler.ts')).handler
}

async function profile(userPoolId: string) {
  const documents = documentClient()
  const { Item } = await documents().send(new GetCommand({ TableName: 'profiles', Key: { pk: `${userPoolId}#${ann.sub}` } }))
  documents().destroy()
  return Item
}

async function effect(userPoolId: string) {
  const documents = documentClient()
  const pk = `${userPoolId}#${ann.sub}#send-welcome-email`
  const { Item } = await documents().send(new GetCommand({ TableName: 'effects', Key: { pk } }))
  documents().destroy()
  return Item
}

const formatTrace = ({ trace }: Pick<Decision, 'trace'>): string[] =>
  trace.map(({ rule, outcome, reason }) => `${rule}: ${reason ?? outcome}`)
const listNames = (node: RuleNode): readonly string[] => listRules(node).map(({ name }) => name)

describe('the post confirmation handler', () => {
  it('stores a profile and sends one welcome email for a repeated event, and logs no attribute', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services.environment, ...mail })
    const event = postConfirmationEvent({ sub: ann.sub, email: ann.email, email_verified: 'true', given_name: 'Ann' })
    expect(await handler(event)).toEqual(event)
    expect(await handler(event)).toEqual(event)
    expect(await profile(ann.userPoolId)).toMatchObject({ attributes: { email: ann.email, given_name: 'Ann' } })
    expect(services.ses.inbox()).toMatchObject([{ from: 'welcome@example.com', to: [ann.email], subject: 'Welcome to Example' }])
    expect(services.ses.inbox()[0]?.text).toContain('Hello Ann,')
    expect(services.ses.inbox()[0]?.html).toContain('href="https://app.example.com"')
    expect(written.mock.calls.map(([line]) => String(line)).join('')).not.toMatch(/@|"ann"|Hello/i)
  })

  it('makes four requests: profile and claim in parallel, then the email, then `done`', async () => {
    const calls: string[] = []
    const dynamodb = await startLossyProxy(services.dynamodb.endpoint, 0, (operation) => calls.push(operation))
    const ses = await startLossyProxy(services.ses.endpoint, 0, (operation) => calls.push(operation))
    const endpoints = { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, AWS_ENDPOINT_URL_SES: ses.endpoint }
    const handler = await handlerWith({ ...services.environment, ...endpoints, ...mail })
    await handler.decide({ ...postConfirmationEvent(), userPoolId: 'eu-west-1_Counted' })
    await Promise.all([dynamodb.stop(), ses.stop()])
    expect(calls).toEqual(['UpdateItem', 'UpdateItem', 'SendEmail', 'UpdateItem'])
  })

  it('sends no email after a password reset', async () => {
    const handler = await handlerWith({ ...services.environment, ...mail })
    const decision = await handler.decide({ ...passwordResetEvent(), userPoolId: 'eu-west-1_Reset' })
    expect(formatTrace(decision)).toEqual(['parallel: done', 'sync-profile: done', 'when: condition-false'])
    expect(await profile('eu-west-1_Reset')).toHaveProperty('passwordResetAt')
    expect(services.ses.inbox()).toEqual([])
  })

  it('does not call the ledger for a user without a verified address', async () => {
    const handler = await handlerWith({ ...services.environment, ...mail, EFFECT_TABLE: 'no-such-table' })
    const decision = await handler.decide(postConfirmationEvent({ sub: ann.sub, email: ann.email, email_verified: 'false' }))
    expect(formatTrace(decision)).toEqual(['parallel: done', 'sync-profile: done', 'when: condition-false'])
  })

  it('stores the profile if SES rejects the email, and keeps the email pending', async () => {
    const event = { ...postConfirmationEvent(), userPoolId: 'eu-west-1_NoMail' }
    services.ses.fault('throttling')
    const handler = await handlerWith({ ...services.environment, ...mail })
    const decision = await handler.decide(event)
    expect(decision.kind).toBe('proceed')
    expect(formatTrace(decision).sort()).toEqual([
      'once: Throttling',
      'parallel: done',
      'send-welcome-email: Throttling',
      'sync-profile: done',
      'when: skip',
    ])
    expect(await profile('eu-west-1_NoMail')).toBeDefined()
    expect(await effect('eu-west-1_NoMail')).toMatchObject({ state: 'pending', reason: 'Throttling', attempt: 1, delivery: 'at-most-once' })
  })

  it('stores only the attributes that the email needs while the email is pending', async () => {
    const attributes = { sub: ann.sub, email: ann.email, email_verified: 'true', given_name: 'Ann', phone_number: '+15555550100' }
    const event = { ...postConfirmationEvent(attributes), userPoolId: 'eu-west-1_Kept' }
    services.ses.fault('throttling')
    const handler = await handlerWith({ ...services.environment, ...mail, WELCOME_EMAIL_DELIVERY: 'at-least-once' })
    await handler.decide(event)
    const kept = await effect('eu-west-1_Kept')
    const { phone_number: _, ...needed } = attributes
    expect(kept?.delivery).toBe('at-least-once')
    expect(JSON.parse(String(kept?.event)).request).toEqual({ userAttributes: needed })
  })

  it('stores the profile if the ledger fails, and logs a line that identifies the lost effect', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services.environment, ...mail, EFFECT_TABLE: 'no-such-table' })
    const event = { ...postConfirmationEvent(), userPoolId: 'eu-west-1_NoLedger' }
    expect(await handler(event)).toEqual(event)
    expect(await profile('eu-west-1_NoLedger')).toBeDefined()
    expect(services.ses.inbox()).toEqual([])
    expect(written.mock.calls.map(([line]) => JSON.parse(String(line)))).toContainEqual({
      level: 'ERROR',
      message: 'effect lost',
      userPoolId: 'eu-west-1_NoLedger',
      sub: ann.sub,
      effect: 'send-welcome-email',
      token: expect.any(String),
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      appClient: '1example23456789',
      _aws: expect.anything(),
      trigger: 'PostConfirmation',
      EffectsLost: 1,
    })
  })

  it('sends no email without WELCOME_EMAIL_FROM', async () => {
    const handler = await handlerWith({ ...services.environment, WELCOME_APP_NAME: 'Example' })
    expect(listNames(handler.composition)).toEqual(['chain', 'parallel', 'sync-profile'])
    await handler.decide({ ...postConfirmationEvent(), userPoolId: 'eu-west-1_NoSender' })
    expect(services.ses.inbox()).toEqual([])
  })

  it('declares the IAM permissions of its rules', async () => {
    const handler = await handlerWith({ PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects', ...mail })
    expect(listRules<RuleNode>(handler.composition).flatMap(({ permissions = [] }) => permissions)).toEqual([
      { actions: ['dynamodb:UpdateItem'], resource: 'PROFILE_TABLE' },
      { actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resource: 'EFFECT_TABLE' },
      { actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' },
    ])
  })

  it.each([
    { environment: {}, problem: 'PROFILE_TABLE is missing' },
    { environment: { PROFILE_TABLE: 'profiles', WELCOME_EMAIL_FROM: 'welcome@example.com' }, problem: 'WELCOME_APP_NAME is missing' },
    { environment: { PROFILE_TABLE: 'profiles', ...mail }, problem: 'EFFECT_TABLE is missing' },
  ])('fails at init: $problem', async ({ environment, problem }) => {
    expect(await captureComplaint(() => handlerWith(environment))).toContain(problem)
  })

  it('warms up in Lambda without writing, sending or logging, and keeps the connections', async () => {
    const environment = { PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects', ...mail }
    expect(await rehearsed(() => import('../../src/post-confirmation/handler.ts'), environment, 3)).toBe('')
  })

  it('warms up only the profile store without WELCOME_EMAIL_FROM', async () => {
    expect(await rehearsed(() => import('../../src/post-confirmation/handler.ts'), { PROFILE_TABLE: 'profiles' }, 1)).toBe('')
  })
})
