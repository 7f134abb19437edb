import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { startServices } from '../../../src/tools/local/services.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'

const names = { blocks: 'some-blocks', profiles: 'some-profiles', effects: 'some-effects' }

describe('startServices', () => {
  it('returns an environment that connects default SDK clients to the services', async () => {
    const services = await startServices(names)
    try {
      const program = `
        import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
        import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses'
        const { BLOCK_TABLE, PROFILE_TABLE } = process.env
        for (const TableName of [BLOCK_TABLE, PROFILE_TABLE]) await new DynamoDBClient().send(new DescribeTableCommand({ TableName }))
        const Message = { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hello' } } }
        await new SESClient().send(new SendEmailCommand({ Source: 'a@example.com', Destination: { ToAddresses: ['b@example.com'] }, Message }))
        process.exit()`
      // Sets this variable as a user's shell may do. It makes the SDK ignore endpoints, so services.environment must override it.
      const env = { PATH: process.env.PATH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', ...services.environment }
      await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
      expect(services.ses.inbox().map(({ subject }) => subject)).toEqual(['Hello'])
      expect(services.environment).toMatchObject({ BLOCK_TABLE: 'some-blocks', PROFILE_TABLE: 'some-profiles', AWS_REGION: 'us-east-1' })
    } finally {
      await services.stop()
    }
  })

  it('stops both services', async () => {
    const services = await startServices(names)
    const client = dynamoDbClient(services.dynamodb.endpoint)
    await client.send(new DescribeTableCommand({ TableName: 'some-blocks' }))
    await services.stop()
    await expect(fetch(services.dynamodb.endpoint)).rejects.toThrow()
    await expect(fetch(services.ses.endpoint)).rejects.toThrow()
    client.destroy()
  })

  it('stops the services when a table cannot be created', async () => {
    const servers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
    const before = servers()
    await expect(startServices({ blocks: 'same', profiles: 'same', effects: 'effects' })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    await expect.poll(servers).toBe(before)
  })
})
