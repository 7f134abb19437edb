import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  CreateGroupCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addToGroup } from '../../src/post-confirmation/add-to-group.ts'
import { cognitoGroups } from '../../src/post-confirmation/cognito-groups.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { postConfirmationEvent } from '../support/events.ts'
import { startTestPool, type TestEvent, type TestPool } from '../support/pool.ts'

const { signal } = new AbortController()
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
let pool: TestPool
let client: CognitoIdentityProviderClient
const groups = cognitoGroups({ cognito: () => client })
const handler = postConfirmation({ write: () => undefined, logLevel: 'silent' }, addToGroup('members', groups))

beforeAll(async () => {
  const PostConfirmation = async (event: TestEvent): Promise<TestEvent> => {
    const { triggerSource, userPoolId, userName, request } = event
    await handler(postConfirmationEvent(request.userAttributes, { triggerSource, userPoolId, userName }))
    return event
  }
  pool = await startTestPool({ triggers: { PostConfirmation } })
  client = new CognitoIdentityProviderClient({ endpoint: pool.endpoint, region: pool.region, credentials, maxAttempts: 1 })
  await client.send(new CreateGroupCommand({ UserPoolId: pool.userPoolId, GroupName: 'members' }))
})
afterAll(async () => {
  client.destroy()
  await pool.stop()
})

const listGroups = async (Username: string): Promise<readonly (string | undefined)[]> => {
  const { Groups = [] } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId: pool.userPoolId, Username }))
  return Groups.map(({ GroupName }) => GroupName)
}

describe('cognitoGroups', () => {
  it('adds a user who signs up in a pool to the group, and leaves a user whom an administrator creates out', async () => {
    const [email, invited] = ['mary@example.com', 'ivy@example.com']
    await client.send(new SignUpCommand({ ClientId: pool.clientId, Username: email, Password: 'Correct-Horse-9' }))
    expect(await listGroups(email)).toEqual([])

    const ConfirmationCode = await pool.inboxCode(email)
    await client.send(new ConfirmSignUpCommand({ ClientId: pool.clientId, Username: email, ConfirmationCode }))
    await client.send(
      new AdminCreateUserCommand({ UserPoolId: pool.userPoolId, Username: invited, TemporaryPassword: 'Temporary-Horse-9' }),
    )

    expect(await listGroups(email)).toEqual(['members'])
    expect(await listGroups(invited)).toEqual([])
  })

  it('may add a user twice', async () => {
    const userName = 'ivy@example.com'
    for (let time = 0; time < 2; time += 1) await groups.add({ userPoolId: pool.userPoolId, userName }, 'members', signal)
    expect(await listGroups(userName)).toEqual(['members'])
  })

  it.each([
    ['a group that does not exist', 'ivy@example.com', 'nobody', 'ResourceNotFoundException'],
    ['a user who does not exist', 'eve@example.com', 'members', 'UserNotFoundException'],
  ])('throws for %s', async (_, userName, group, name) => {
    await expect(groups.add({ userPoolId: pool.userPoolId, userName }, group, signal)).rejects.toMatchObject({ name })
  })

  it('stops the request when the signal is aborted', async () => {
    const send = groups.add({ userPoolId: pool.userPoolId, userName: 'ivy@example.com' }, 'members', AbortSignal.abort())
    await expect(send).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('declares the permission of its call', () => {
    const { name } = AdminAddUserToGroupCommand
    expect(groups.permissions).toEqual([{ actions: [`cognito-idp:${name.replace('Command', '')}`], resource: 'user-pool' }])
  })

  it.each([
    [undefined, 'the options are undefined'],
    [{}, 'cognito is undefined; expected cognitoClient()'],
    [{ cognito: () => client, group: 'a' }, "unknown option 'group'"],
  ])('throws for the invalid options %j', (options, message) => {
    expect(() => Reflect.apply(cognitoGroups, undefined, [options])).toThrow(message)
  })
})
