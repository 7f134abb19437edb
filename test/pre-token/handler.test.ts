import { describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { ann } from '../support/events.ts'
import { rehearsed } from '../support/rehearsed.ts'
import { useServices } from '../support/use-services.ts'
import { tokenEvent } from './token-event.ts'

const services = useServices()

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/pre-token/handler.ts')).handler
}

const machine = tokenEvent({ version: '3', triggerSource: 'TokenGeneration_ClientCredentials', userName: '', request: {} })
const sources = ['TokenGeneration_RefreshTokens', 'TokenGeneration_Authentication', 'TokenGeneration_HostedAuth', 'TokenGeneration_Passkey']

describe('the pre token generation handler', () => {
  it('denies tokens to blocked users, also at a refresh, and lets other users and machines pass', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith(services().environment)
    const event = tokenEvent()
    expect(await handler(event)).toEqual(event)
    expect(await handler(machine)).toEqual(machine)

    const documents = documentClient()
    await dynamoBlockWriter({ documents, table: 'blocks' }).block({
      userPoolId: ann.userPoolId,
      type: 'sub',
      value: ann.sub,
      reason: 'chargeback',
    })
    documents().destroy()

    for (const triggerSource of sources)
      await expect(handler(tokenEvent({ triggerSource }))).rejects.toThrow(/^Sign-in is not possible at the moment$/)
    expect(await handler(machine)).toEqual(machine)
    expect(written.mock.calls.map(([line]) => String(line)).join('')).not.toMatch(/@|"ann"/)
  })

  it('issues no tokens to users while the block list cannot be read', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, BLOCK_TABLE: 'no-such-table' })
    await expect(handler(tokenEvent())).rejects.toThrow('Something went wrong, please try again later')
  })

  it('issues tokens and logs the error while the block list cannot be read, if BLOCK_WHEN_UNKNOWN=allow', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, BLOCK_TABLE: 'no-such-table', BLOCK_WHEN_UNKNOWN: 'allow' })
    const event = tokenEvent({ triggerSource: 'TokenGeneration_RefreshTokens' })
    expect(await handler(event)).toEqual(event)
    expect(written.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { level: 'WARN', decision: 'proceed', RuleErrors: 1 },
      { rule: 'block-users', RuleErrors: 1 },
    ])
  })

  it('exposes its composition without calling a service', async () => {
    const handler = await handlerWith({ BLOCK_TABLE: 'blocks' })
    expect(handler.composition.children).toMatchObject([{ kind: 'when', children: [{ name: 'block-users', judges: 'block' }] }])
    const open = await handlerWith({ BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'allow' })
    expect(open.composition.children).toMatchObject([{ kind: 'when', children: [{ kind: 'failOpen' }] }])
  })

  it('copies the attributes of ACCESS_TOKEN_ATTRIBUTES into the access token, and declares the event version', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, ACCESS_TOKEN_ATTRIBUTES: 'email' })
    const request = { userAttributes: { sub: 'other', email: 'ann@example.com' } }
    expect(await handler(tokenEvent({ version: '2', request }))).toMatchObject({
      response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { email: 'ann@example.com' } } } },
    })
    expect(handler.composition.children?.at(-1)).toMatchObject({ name: 'attributes-as-claims', lambdaVersion: 'V2_0' })
    await expect(handler(tokenEvent({ request }))).rejects.toThrow('Something went wrong, please try again later')
  })

  it('fails at init if ACCESS_TOKEN_ATTRIBUTES names a reserved claim', async () => {
    expect(await captureComplaint(() => handlerWith({ BLOCK_TABLE: 'blocks', ACCESS_TOKEN_ATTRIBUTES: 'sub' }))).toContain(
      "attributesAsClaims(): access: Cognito reserves the claim 'sub'",
    )
  })

  it('fails at init without BLOCK_TABLE', async () => {
    expect(await captureComplaint(() => handlerWith({}))).toContain('BLOCK_TABLE is missing')
  })

  it('warms up in Lambda without sending a request or logging, and keeps the connection', async () => {
    vi.resetModules()
    expect(await rehearsed(() => import('../../src/pre-token/handler.ts'), { BLOCK_TABLE: 'blocks' }, 1)).toBe('')
  })
})
