import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  ListUsersCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { cognitoAliases } from '../../src/pre-signup/cognito-aliases.ts'
import { guardAlias } from '../../src/pre-signup/guard-alias.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import { keepCanonicalEmail } from '../../src/rules/keep-canonical-email.ts'
import { dynamoCanonicalEmails } from '../../src/shared/canonical/dynamo-canonical-emails.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { startTestPool, type TestPool, type TestPoolOptions } from '../support/pool.ts'

const Password = 'Right-Passw0rd'
const revealing = { revealsExistence: true } as const
const ALIAS_POOL = { UsernameAttributes: undefined, AliasAttributes: ['email'] }

const open: (() => unknown)[] = []
// Every invocation writes a log line.
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of open.splice(0)) await close()
})

/** Starts a pool, and returns it with a client. */
async function start(options: TestPoolOptions): Promise<{ readonly pool: TestPool; readonly client: CognitoIdentityProviderClient }> {
  const pool = await startTestPool(options)
  const client = connect(pool)
  open.push(() => client.destroy(), pool.stop)
  return { pool, client }
}

function connect({ endpoint, region }: { readonly endpoint: string; readonly region: string }): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

/** Returns a function of a pool that runs a handler. */
const run =
  (handler: (...args: never) => unknown) =>
  (event: unknown): unknown =>
    Reflect.apply(handler, undefined, [event, lambdaContext])

const signUp = (ClientId: string, Username: string, email: string) =>
  new SignUpCommand({ ClientId, Username, Password, UserAttributes: [{ Name: 'email', Value: email }] })

onEveryDynamoDb((engine) => {
  it('admits one of many parallel sign-ups to a pool, and keeps its mailbox after the confirmation', async () => {
    let now = new Date()
    const emails = dynamoCanonicalEmails({ documents: () => engine.documents(), table: engine.tables.limits, now: () => now })
    const { pool, client } = await start({
      triggers: {
        PreSignUp: run(preSignUp(uniqueCanonicalEmail(emails, revealing))),
        PostConfirmation: run(postConfirmation(keepCanonicalEmail(emails))),
      },
    })
    const spellings = Array.from({ length: 20 }, (_, n) => `a.nn+${n}@gmail.com`)

    const results = await Promise.allSettled(spellings.map((email) => client.send(signUp(pool.clientId, email, email))))

    const admitted = spellings.filter((_, n) => results[n]?.status === 'fulfilled')
    expect(admitted).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason.message).toBe('PreSignUp failed with error This email address cannot be used to sign up.')

    const [email = ''] = admitted
    const ConfirmationCode = await pool.inboxCode(email)
    await client.send(new ConfirmSignUpCommand({ ClientId: pool.clientId, Username: email, ConfirmationCode }))
    now = new Date(now.getTime() + 86_400_000)
    await expect(client.send(signUp(pool.clientId, 'ann@gmail.com', 'ann@gmail.com'))).rejects.toThrow('This email address cannot be used')
    const { Users = [] } = await client.send(new ListUsersCommand({ UserPoolId: pool.userPoolId }))
    expect(Users.map(({ UserStatus }) => UserStatus)).toEqual(['CONFIRMED'])
  })
})

it.each([
  { guarded: true, what: 'keeps the alias of a user with guardAlias' },
  { guarded: false, what: 'moves the alias to a stranger without guardAlias' },
])('$what', async ({ guarded }) => {
  const clients: CognitoIdentityProviderClient[] = []
  const aliases = cognitoAliases({
    cognito: () => {
      const [client] = clients
      if (client === undefined) throw new Error('The pool is not running yet')
      return client
    },
  })
  const confirming = autoConfirm({ verifyEmail: 'trust-unproven-address' })
  const handler = preSignUp(guarded ? guardAlias(aliases, revealing, confirming) : confirming)
  const { pool, client } = await start({ triggers: { PreSignUp: run(handler) }, pool: ALIAS_POOL })
  clients.push(client)
  await client.send(signUp(pool.clientId, 'ann', 'ann@example.com'))

  const stranger = client.send(signUp(pool.clientId, 'eve', 'Ann@Example.com'))

  if (guarded) await expect(stranger).rejects.toThrow('If you have an account already, please sign in')
  else await stranger
  const { UserAttributes = [] } = await client.send(new AdminGetUserCommand({ UserPoolId: pool.userPoolId, Username: 'ann' }))
  expect(UserAttributes).toContainEqual({ Name: 'email_verified', Value: guarded ? 'true' : 'false' })
})
