import { CognitoIdentityProviderClient, ConfirmSignUpCommand, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, describe, expect, it } from 'vitest'
import { keepInvite } from '../../src/post-confirmation/keep-invite.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { requireInvite } from '../../src/pre-signup/require-invite.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import type { NewInvite } from '../../src/shared/invites/invites.ts'
import { memoryInvites } from '../../src/testing/memory-invites.ts'
import { collect } from '../support/contracts/invites.ts'
import { startTestPool } from '../support/pool.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Starts a pool in which a sign-up needs an invitation, with a client of Cognito. The clock of the invitations can be moved. */
async function startPool(invite: NewInvite) {
  let skippedMs = 0
  const invites = memoryInvites({ invites: [invite], now: () => new Date(Date.now() + skippedMs) })
  const from = invite.type === 'email' ? 'email' : 'clientMetadata.invitation'
  const settings = { write: () => undefined }
  const sign = preSignUp(settings, requireInvite(invites, { from }))
  const keep = postConfirmation(settings, keepInvite(invites))
  const copy = (event: unknown) => JSON.parse(JSON.stringify(event))
  const triggers = {
    PreSignUp: (event: unknown) => sign(copy(event)),
    PostConfirmation: (event: unknown) => keep(copy(event)),
  }
  const pool = await startTestPool({ triggers })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const cognito = new CognitoIdentityProviderClient({ endpoint: pool.endpoint, region: pool.region, credentials, maxAttempts: 1 })
  stops.push(
    () => cognito.destroy(),
    () => pool.stop(),
  )
  const ClientId = pool.clientId
  return {
    invites,
    passHours(hours: number): void {
      skippedMs += hours * 3600_000
    },
    signUp: (Username: string, invitation?: string) =>
      cognito.send(
        new SignUpCommand({
          ...{ ClientId, Username, Password: 'Correct-horse-7', UserAttributes: [{ Name: 'email', Value: Username }] },
          ...(invitation !== undefined && { ClientMetadata: { invitation } }),
        }),
      ),
    confirm: async (Username: string) =>
      cognito.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: await pool.inboxCode(Username) })),
  }
}

const REFUSED = 'PreSignUp failed with error You need a valid invitation to sign up.'

describe('an invitation in a user pool', () => {
  it('admits one user for ever, if that user confirms', async () => {
    const pool = await startPool({ type: 'code', value: 'FRIENDS' })

    await expect(pool.signUp('ann@example.com')).rejects.toThrow(REFUSED)
    await pool.signUp('ann@example.com', 'friends')
    await expect(pool.signUp('bob@example.com', 'friends')).rejects.toThrow(REFUSED)
    await pool.confirm('ann@example.com')
    pool.passHours(2)
    await expect(pool.signUp('bob@example.com', 'friends')).rejects.toThrow(REFUSED)
  }, 120_000)

  it('is free again after an hour, if the user does not confirm', async () => {
    const pool = await startPool({ type: 'code', value: 'FRIENDS' })

    await pool.signUp('ann@example.com', 'friends')
    pool.passHours(1)
    await pool.signUp('bob@example.com', 'friends')
    await pool.confirm('bob@example.com')
    pool.passHours(2)
    await expect(pool.signUp('eve@example.com', 'friends')).rejects.toThrow(REFUSED)
  }, 120_000)

  it('by address admits its user, who may confirm late', async () => {
    const pool = await startPool({ type: 'email', value: 'ann@example.com' })

    await expect(pool.signUp('bob@example.com')).rejects.toThrow(REFUSED)
    await pool.signUp('ann@example.com')
    pool.passHours(1)
    await pool.confirm('ann@example.com')
    pool.passHours(2)
    expect(await collect(pool.invites.list())).toMatchObject([{ email: 'ann@example.com', uses: 1, used: 1 }])
  }, 120_000)
})
