import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInviteCode, dynamoInviteWriter, type NewInvite } from '../../src/shared/invites/index.ts'
import { erase } from '../support/effects.ts'
import { stubEnvironment } from '../support/environment.ts'
import {
  adminCreatedEvent,
  ann,
  federatedEvent,
  passwordResetEvent,
  postAuthenticationEvent,
  postConfirmationEvent,
  preSignUpEvent,
} from '../support/events.ts'
import { forward } from '../support/lossy-proxy.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'
import { answering, startTroubledService } from '../support/troubled-service.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

// Every table with the key `pk` can hold invitations.
const INVITE_TABLE = 'limits'
const denied = { kind: 'denied', rule: 'require-invite', reason: 'no-invite' }
const { signal } = new AbortController()

const writer = () => dynamoInviteWriter({ documents: () => world.documents, table: INVITE_TABLE })

async function invite(given: Partial<NewInvite> = {}): Promise<string> {
  const value = given.value ?? createInviteCode()
  await writer().create({ type: 'code', ...given, value })
  return value
}

async function importHandlers(environment: Readonly<Record<string, string>> = {}) {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  stubEnvironment({
    ...world.services.environment,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: world.cognito.endpoint,
    BLOCK_TABLE: '',
    ALLOWED_EMAIL_DOMAINS: '*',
    INVITE_TABLE,
    ...environment,
  })
  const [preSignUp, postConfirmation, postAuthentication, sweeper] = await Promise.all([
    import('../../src/pre-signup/handler.ts'),
    import('../../src/post-confirmation/handler.ts'),
    import('../../src/post-auth/handler.ts'),
    import('../../src/sweeper/handler.ts'),
  ])
  return {
    preSignUp: preSignUp.handler,
    postConfirmation: postConfirmation.handler,
    postAuthentication: postAuthentication.handler,
    sweeper: sweeper.handler,
  }
}

/** Returns a sign-up of a user with an invitation. */
function signUpWith(invitation: string | undefined, userName: string = ann.userName) {
  const event = preSignUpEvent({ email: `${userName}@example.com` })
  return { ...event, userName, request: { ...event.request, ...(invitation !== undefined && { clientMetadata: { invitation } }) } }
}

/** Returns the uses of the user `ann` by the row that leads to the invitation. The value is 0 after the reservation was kept. */
async function readHolds(): Promise<readonly unknown[]> {
  const { inviteHolderPk } = await import('../../src/shared/invites/dynamo-invites.ts')
  const get = (pk: unknown) => world.documents.send(new GetCommand({ TableName: INVITE_TABLE, Key: { pk }, ConsistentRead: true }))
  const pointer = await get(inviteHolderPk(ann))
  return Object.values((await get(pointer.Item?.invite)).Item?.holds ?? {})
}

describe('the deployed handlers with INVITE_TABLE', () => {
  it('admit one user with a code, and send the code of the refusal with REFUSAL_CODES=all', async () => {
    const { preSignUp } = await importHandlers({ REFUSAL_CODES: 'all' })
    const code = await invite()
    expect(await preSignUp.decide(signUpWith(undefined))).toMatchObject(denied)
    expect(await preSignUp.decide(signUpWith(code))).toMatchObject({ kind: 'proceed' })
    expect(await preSignUp.decide(signUpWith(code, 'bob'))).toMatchObject(denied)
    await expect(preSignUp(signUpWith(code, 'bob'))).rejects.toThrow('You need a valid invitation to sign up [invite-not-valid]')
  })

  it('admit users whom an administrator creates without an invitation, even with ADMIN_CREATED_USERS=judge', async () => {
    for (const ADMIN_CREATED_USERS of ['exempt', 'judge'])
      expect(await (await importHandlers({ ADMIN_CREATED_USERS })).preSignUp.decide(adminCreatedEvent())).toMatchObject({ kind: 'proceed' })
  })

  it('do not use up an invitation for a user whom another rule denies', async () => {
    const { preSignUp } = await importHandlers({ DENIED_EMAIL_DOMAINS: 'evil.com' })
    const code = await invite()
    const event = signUpWith(code)
    const refused = { ...event, request: { ...event.request, userAttributes: { email: 'eve@evil.com' } } }
    expect(await preSignUp.decide(refused)).toMatchObject({ kind: 'denied', rule: 'deny-email-domains' })
    expect(await preSignUp.decide(signUpWith(code, 'bob'))).toMatchObject({ kind: 'proceed' })
  })

  it('admit invited addresses with INVITE_BY=email, also from an identity provider that has verified them', async () => {
    const { preSignUp } = await importHandlers({ INVITE_BY: 'email' })
    await invite({ type: 'email', value: ann.email })
    expect(await preSignUp.decide(federatedEvent({ email: ann.email, email_verified: 'true' }))).toMatchObject({ kind: 'proceed' })
    expect(await preSignUp.decide(signUpWith(undefined, 'bob'))).toMatchObject(denied)
  })

  it('keep the invitation when the user confirms, but not at a password reset', async () => {
    const { preSignUp, postConfirmation } = await importHandlers()
    await preSignUp.decide(signUpWith(await invite()))
    await postConfirmation(passwordResetEvent())
    expect(await readHolds()).toEqual([expect.toSatisfy((until) => until > 0)])
    for (const _ of ['first', 'repeated']) await postConfirmation(postConfirmationEvent())
    expect(await readHolds()).toEqual([0])
  })

  it('keep the invitation in the next sweep after the confirmation was cut off', async () => {
    const { preSignUp, sweeper } = await importHandlers()
    await preSignUp.decide(signUpWith(await invite()))
    const effect = { ...world.welcome(ann.sub, 'at-least-once'), effect: 'keep-invite' }
    // An earlier test has kept an invitation of the same user.
    await erase(world.documents, 'effects', effect)
    await world.pendingEffects.enqueue(effect, signal)
    await sweeper(undefined)
    expect(await readHolds()).toEqual([0])
  })

  it('keep the invitation in the sweep after the first sign-in, if the confirmation was lost', async () => {
    const { preSignUp, postAuthentication, sweeper } = await importHandlers()
    await erase(world.documents, 'effects', { ...world.welcome(), effect: 'keep-invite' })
    await preSignUp.decide(signUpWith(await invite()))
    world.cognito.addPool(ann.userPoolId, { userName: ann.userName, attributes: { sub: ann.sub, email: ann.email }, createdAt: new Date() })
    await postAuthentication(postAuthenticationEvent())
    await sweeper(undefined)
    expect(await readHolds()).toEqual([0])
  })

  it('release the invitation of a user whose reservation failed half-way', async () => {
    let updates = 0
    const proxy = await startTroubledService(async (call) => {
      if (`${call.request.headers['x-amz-target']}`.endsWith('UpdateItem')) updates += 1
      if (updates === 2) return answering(400, { __type: 'AccessDeniedException' })(call)
      const { status, type, text } = await forward(world.services.dynamodb.endpoint, call.body, call.request)
      call.response.writeHead(status, { 'content-type': type }).end(text)
    })
    onTestFinished(() => proxy.stop())
    const code = await invite()

    const { preSignUp } = await importHandlers({ AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint })

    expect(await preSignUp.decide(signUpWith(code))).toMatchObject({ kind: 'failed', rule: 'require-invite' })
    expect(await preSignUp.decide(signUpWith(code, 'bob'))).toMatchObject({ kind: 'proceed' })
  })

  it('refuse sign-ups while the table of invitations cannot be read', async () => {
    const { preSignUp } = await importHandlers({ INVITE_TABLE: 'no-such-table' })
    expect(await preSignUp.decide(signUpWith(await invite()))).toMatchObject({ kind: 'failed', rule: 'require-invite' })
  })
})
