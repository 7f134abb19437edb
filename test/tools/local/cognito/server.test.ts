import {
  AdminAddUserToGroupCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCognito } from '../../../../src/tools/local/cognito/server.ts'
import type { LocalService } from '../../../../src/tools/local/loopback.ts'

const user = { UserPoolId: 'eu-west-1_Aq7Bw2Xk9', Username: 'mary' }

describe('the local Cognito', () => {
  let service: LocalService
  let client: CognitoIdentityProviderClient

  beforeAll(async () => {
    service = await startCognito()
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    client = new CognitoIdentityProviderClient({ endpoint: service.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  })
  afterAll(async () => {
    client.destroy()
    await service.stop()
  })

  it('describes every user with a verified address', async () => {
    const { UserAttributes } = await client.send(new AdminGetUserCommand(user))

    expect(UserAttributes).toEqual([
      { Name: 'email', Value: 'mary@example.com' },
      { Name: 'email_verified', Value: 'true' },
    ])
  })

  it('accepts every member of every group', async () => {
    const { $metadata } = await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: 'staff' }))

    expect($metadata.httpStatusCode).toBe(200)
  })

  it('rejects every other operation', async () => {
    await expect(client.send(new AdminDisableUserCommand(user))).rejects.toThrow('supports only AdminGetUser and AdminAddUserToGroup')
  })
})
