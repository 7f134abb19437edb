import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JournalStep } from '../../../../src/tools/pool/journal.ts'
import { type Dev, startDev } from '../../../../src/tools/pool/project/start-dev.ts'
import { type Built, copyBuild, repository } from '../../../support/built.ts'
import { createAmplifyClient } from '../../../support/clients/amplify.ts'
import { type TestClient, withErrors } from '../../../support/clients/client.ts'
import { createIdentityClient } from '../../../support/clients/identity-js.ts'
import { createSrpHelperClient } from '../../../support/clients/srp-helper.ts'
import { PASSWORD } from '../../../support/clients/users.ts'
import type { PoolAddress } from '../../../support/pool.ts'

const TIMEOUT = 300_000
const MAIL_TIMEOUT = 60_000
const CLIENTS: Readonly<Record<string, (pool: PoolAddress) => TestClient>> = {
  // The app client allows no password in plain text, so the SDK signs in by SRP too.
  sdk: createSrpHelperClient,
  'identity-js': createIdentityClient,
  amplify: createAmplifyClient,
}

// The functions run from the bundles that are deployed, with the settings of serverless.yml and embedded services.
describe('the deployed functions, called through real clients', () => {
  let built: Built
  let dev: Dev
  let pool: PoolAddress
  beforeAll(async () => {
    built = await copyBuild()
    for (const name of ['serverless.yml', 'deploy']) await cp(join(repository, name), join(built.folder, name), { recursive: true })
    dev = await startDev({
      folder: built.folder,
      environment: { EMAIL_FROM: 'code@example.com', MESSAGE_APP_NAME: 'Example' },
      handlers: [],
      variables: [],
      optional: ['customEmailSender'],
      turned: [],
      port: 0,
      onNote: () => undefined,
      signal: new AbortController().signal,
    })
    const { world, endpoint } = dev.pools
    const userPoolId = dev.poolIds[0] ?? ''
    const [clientId = ''] = world.store.pools.get(userPoolId)?.clients.keys() ?? []
    pool = { endpoint, region: world.store.region, userPoolId, clientId }
  }, TIMEOUT)
  afterAll(async () => {
    await dev?.stop()
    await built?.remove()
  }, TIMEOUT)

  /** Returns the code in the email that the function of custom email sender sent. */
  const readCode = async (to: string): Promise<string> => {
    const message = await vi.waitFor(
      () => {
        const found = dev.pools.world.inbox.messages().find((each) => each.to === to)
        if (found === undefined) throw new Error(`No email to ${to}`)
        return found
      },
      { timeout: MAIL_TIMEOUT, interval: 50 },
    )
    // The pool adds the code only to its own emails.
    expect(message.code).toBeUndefined()
    const [code = ''] = /\b\d{6}\b/.exec(message.text ?? '') ?? []
    return code
  }
  const findSteps = (source: string, email: string): readonly JournalStep[] =>
    dev.pools.world.journal
      .entries()
      .flatMap(({ steps }) => steps)
      .filter(({ trigger }) => trigger?.source === source && JSON.stringify(trigger.event).includes(email))

  it.each(Object.keys(CLIENTS))('refuses a denied domain and lets an allowed one in: %s', { timeout: TIMEOUT }, async (name) => {
    const client = withErrors((CLIENTS[name] ?? createSrpHelperClient)(pool))
    const [denied, email] = [`eve-${name}@attacker.example`, `mary-${name}@example.com`]

    await expect(client.signUp(denied, PASSWORD, {}, {})).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PreSignUp failed with error This email address cannot be used to sign up.',
    })
    expect(findSteps('PreSignUp_SignUp', denied)).toMatchObject([{ trigger: { outcome: 'denied', decision: { decision: 'denied' } } }])

    expect(await client.signUp(email, PASSWORD, {}, {})).toMatchObject({ confirmed: false })
    await client.confirm(email, await readCode(email))
    expect(await client.signIn(email, PASSWORD, {})).toMatchObject({ step: 'done' })
    expect(await client.attributes()).toMatchObject({ email, email_verified: 'true' })
    const [sent] = findSteps('CustomEmailSender_SignUp', email)
    expect(sent).toMatchObject({ trigger: { outcome: 'proceed', decision: { decision: 'proceed' } } })
    // A ciphertext of the AWS Encryption SDK, and not the code.
    expect(JSON.stringify(sent?.trigger?.event)).toMatch(/"code":"AY[\w+/=]{200,}"/)
  })
})
