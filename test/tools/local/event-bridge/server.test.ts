import { EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEventBridge } from '../../../../src/tools/local/event-bridge/server.ts'
import type { LocalService } from '../../../../src/tools/local/loopback.ts'

describe('the local EventBridge', () => {
  let service: LocalService
  let client: EventBridgeClient

  beforeAll(async () => {
    service = await startEventBridge()
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    client = new EventBridgeClient({ endpoint: service.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  })
  afterAll(async () => {
    client.destroy()
    await service.stop()
  })

  it('accepts every event', async () => {
    const event = { EventBusName: 'users', Source: 'example.users', DetailType: 'UserConfirmed', Detail: '{}' }

    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [event, event] }))

    expect(FailedEntryCount).toBe(0)
    expect(new Set(Entries?.map(({ EventId }) => EventId))).toHaveProperty('size', 2)
  })

  it('rejects every other operation', async () => {
    await expect(client.send(new ListEventBusesCommand({}))).rejects.toThrow('supports only PutEvents')
  })
})
