import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LocalServices, startServices } from '../../src/local/services.ts'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { stubEnvironment } from '../support/environment.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'

const mail = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://app.example.com' }
let services: LocalServices

beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles' })
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

describe('the post confirmation handler', () => {
  it('keeps a profile and sends one welcome mail for a repeated event, and logs no attribute', async () => {
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

  it('sends no mail after a password reset', async () => {
    const handler = await handlerWith({ ...services.environment, ...mail })
    const decision = await handler.decide({ ...passwordResetEvent(), userPoolId: 'eu-west-1_Reset' })
    expect(decision.trace.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'not-a-sign-up'])
    expect(await profile('eu-west-1_Reset')).toHaveProperty('passwordResetAt')
    expect(services.ses.inbox()).toEqual([])
  })

  it('keeps the profile where the mail cannot be sent', async () => {
    const event = { ...postConfirmationEvent(), userPoolId: 'eu-west-1_NoMail' }
    services.ses.fault('throttling')
    const handler = await handlerWith({ ...services.environment, ...mail })
    const decision = await handler.decide(event)
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ outcome: 'done' }, { outcome: 'broken', reason: 'Throttling' }] })
    expect(await profile('eu-west-1_NoMail')).toBeDefined()
  })

  it('sends no mail unless a sender is set', async () => {
    const handler = await handlerWith({ ...services.environment, WELCOME_APP_NAME: 'Example' })
    expect(handler.rule.children?.map(({ name }) => name)).toEqual(['sync-profile'])
    await handler.decide({ ...postConfirmationEvent(), userPoolId: 'eu-west-1_NoSender' })
    expect(services.ses.inbox()).toEqual([])
  })

  it('says what its rules need of a deployment', async () => {
    const handler = await handlerWith({ PROFILE_TABLE: 'profiles', ...mail })
    expect(handler.rule.children?.flatMap(({ needs = [] }) => needs)).toEqual([
      { actions: ['dynamodb:UpdateItem'], on: 'PROFILE_TABLE' },
      { actions: ['ses:SendEmail'], on: 'WELCOME_EMAIL_FROM' },
      { actions: ['dynamodb:UpdateItem'], on: 'PROFILE_TABLE' },
    ])
  })

  it.each([
    { environment: {}, problem: 'PROFILE_TABLE is missing' },
    { environment: { PROFILE_TABLE: 'profiles', WELCOME_EMAIL_FROM: 'welcome@example.com' }, problem: 'WELCOME_APP_NAME is missing' },
  ])('does not start: $problem', async ({ environment, problem }) => {
    await expect(handlerWith(environment)).rejects.toThrow(problem)
  })
})
