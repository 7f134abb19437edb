import { describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { ann, preAuthenticationEvent } from '../support/events.ts'
import { rehearsed } from '../support/rehearsed.ts'
import { useServices } from '../support/use-services.ts'

const services = useServices()

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/pre-auth/handler.ts')).handler
}

describe('the pre authentication handler', () => {
  it('denies blocked users, lets other users pass, and logs no attribute', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith(services().environment)
    const event = preAuthenticationEvent()
    expect(await handler(event)).toEqual(event)

    const documents = documentClient()
    const key = { userPoolId: ann.userPoolId, type: 'email', value: ann.email } as const
    await dynamoBlockWriter({ documents, table: 'blocks' }).block({ ...key, reason: 'chargeback', message: 'Call us' })
    documents().destroy()
    await expect(handler(event)).rejects.toThrow(/^Sign-in is not possible at the moment$/)

    const log = written.mock.calls.map(([line]) => String(line)).join('')
    expect(log).toContain('email: chargeback')
    expect(log).not.toMatch(/@|"ann"|Call us/)
  })

  it('fails every sign-in if the table cannot be read, with a message that hides the cause', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, BLOCK_TABLE: 'no-such-table' })
    await expect(handler(preAuthenticationEvent())).rejects.toThrow('Something went wrong, please try again later')
    expect(await handler.decide(preAuthenticationEvent())).toMatchObject({ kind: 'failed', error: { name: 'ResourceNotFoundException' } })
  })

  it('exposes its composition without calling a service', async () => {
    const handler = await handlerWith({ BLOCK_TABLE: 'blocks' })
    expect(handler.composition.children).toMatchObject([
      { name: 'block-users', permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }] },
    ])
  })

  it('fails at init without BLOCK_TABLE', async () => {
    expect(await captureComplaint(() => handlerWith({}))).toContain('BLOCK_TABLE is missing')
  })

  it('warms up in Lambda without sending a request or logging, and keeps the connection', async () => {
    expect(await rehearsed(() => import('../../src/pre-auth/handler.ts'), { BLOCK_TABLE: 'blocks' }, 1)).toBe('')
  })
})
