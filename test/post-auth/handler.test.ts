import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { ann, postAuthenticationEvent } from '../support/events.ts'
import { rehearsed } from '../support/rehearsed.ts'
import { useServices } from '../support/use-services.ts'

const services = useServices()

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/post-auth/handler.ts')).handler
}

describe('the post authentication handler', () => {
  it('records a sign-in in the table, and logs no attribute', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith(services().environment)
    const event = postAuthenticationEvent()
    expect(await handler(event)).toEqual(event)
    const documents = documentClient()
    const { Item } = await documents().send(new GetCommand({ TableName: 'profiles', Key: { pk: `${ann.userPoolId}#${ann.sub}` } }))
    documents().destroy()
    expect(Item).toMatchObject({ signInCount: 1, attributes: { email: ann.email } })
    expect(written.mock.calls.map(([line]) => String(line)).join('')).not.toMatch(/@|"ann"/)
  })

  it('lets the sign-in continue if the table is missing', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, PROFILE_TABLE: 'no-such-table' })
    const event = postAuthenticationEvent()
    expect(await handler(event)).toEqual(event)
  })

  it('enqueues the missing welcome email of a user, under the effect name that the sweeper uses', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const mail = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://example.com' }
    const handler = await handlerWith({ ...services().environment, ...mail, WELCOME_SINCE: '2026-01-01' })
    await handler(postAuthenticationEvent())
    const { onceRules } = await import('../../src/shared/rules/once-rules.ts')
    const { defaultPostConfirmation } = await import('../../src/post-confirmation/default-chain.ts')
    const { postConfirmationSettings } = await import('../../src/post-confirmation/settings.ts')
    const { readSettings } = await import('../../src/shared/settings/settings.ts')
    const documents = documentClient()
    const rule = defaultPostConfirmation(readSettings(postConfirmationSettings, process.env), { documents, ses: sesClient() })
    const names = [...onceRules(rule).keys()]
    expect(names).toHaveLength(1)
    const Key = { pk: `${ann.userPoolId}#${ann.sub}#${names[0]}` }
    const { Item } = await documents().send(new GetCommand({ TableName: 'effects', Key }))
    documents().destroy()
    expect(Item).toMatchObject({ state: 'pending', delivery: 'at-most-once', createdSince: '2026-01-01T00:00:00.000Z' })
    expect(services().ses.inbox()).toEqual([])
  })

  it.each([{ WELCOME_SINCE: '2026-01-01' }, { WELCOME_EMAIL_FROM: 'welcome@example.com' }])(
    'enqueues no email if only %j is set',
    async (welcome) => {
      const handler = await handlerWith({ ...services().environment, ...welcome })
      expect(handler.composition.children).toMatchObject([{ permissions: [{ resource: 'PROFILE_TABLE' }] }])
    },
  )

  it('exposes its composition without calling a service', async () => {
    const handler = await handlerWith({ PROFILE_TABLE: 'profiles' })
    expect(handler.composition.children).toMatchObject([{ name: 'record-sign-in', permissions: [{ resource: 'PROFILE_TABLE' }] }])
  })

  it('fails at init without PROFILE_TABLE', async () => {
    expect(await captureComplaint(() => handlerWith({}))).toContain('PROFILE_TABLE is missing')
  })

  it('warms up in Lambda without writing or logging, and keeps the connection', async () => {
    const environment = { PROFILE_TABLE: 'profiles' }
    expect(await rehearsed(() => import('../../src/post-auth/handler.ts'), environment, 1)).toBe('')
  })
})
