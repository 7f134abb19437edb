import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { customChallenge, defineChallenge } from '../../src/custom-challenge/index.ts'
import { findTrigger, TRIGGER_NAMES, TRIGGERS, type TriggerSource, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import { eventProblems } from '../../src/shared/lambda/handler.ts'
import { skip } from '../../src/shared/rules/outcome.ts'
import * as kit from '../../src/testing/index.ts'
import { FOLDERS, loadContract } from '../support/triggers.ts'

const { adminCreate, cognitoEvent, confirmed, federated, lifeguardMatchers, run, signIn, signUp } = kit
expect.extend(lifeguardMatchers)

const isSource = (text: string): text is TriggerSource => {
  const trigger = findTrigger(text)
  return trigger !== undefined && Object.hasOwn(TRIGGERS[trigger].sources, text)
}
const SOURCES = TRIGGER_NAMES.flatMap((name) => Object.keys(TRIGGERS[name].sources)).filter(isSource)
const folderOf = new Map(SOURCES.map((source) => [source, triggerFacts(findTrigger(source) ?? 'PreSignUp').folder]))

/** The functions that make the event of one moment. */
const MOMENTS = Object.entries(kit).filter(
  ([name, value]) => typeof value === 'function' && !/^(run|cognitoEvent|assert|memory|fixed)/.test(name) && !/^[A-Z]/.test(name),
)

type TestedHandler = { readonly trigger: unknown } & kit.LambdaHandler<kit.EventFor<TriggerSource>>

const riddle = defineChallenge({
  name: 'riddle',
  create: () => ({ public: {}, secret: {} }),
  decoy: () => ({ public: {}, secret: {} }),
  verify: () => false,
})

/** Makes a handler that only skips for each trigger in a folder. */
async function loadHandlers(folder: string): Promise<readonly TestedHandler[]> {
  // Only the steps of customChallenge() answer the triggers of a custom challenge, so a rule that skips is not enough.
  if (folder === triggerFacts('DefineAuthChallenge').folder)
    return Object.values(customChallenge({ steps: [riddle], limitPerSessionOnly: true }))
  const entry: Readonly<Record<string, unknown>> = await import(`../../src/${folder}/index.ts`)
  return Object.values(entry).flatMap((factory) =>
    typeof factory === 'function' && 'rule' in factory && typeof factory.rule === 'function'
      ? [factory(factory.rule('only-skip', () => skip(), { reads: [] }))]
      : [],
  )
}

const attributes = fc.dictionary(fc.stringMatching(/^(custom:)?[a-z_]{1,20}$/), fc.string())
const options = fc.record(
  {
    userName: fc.stringMatching(/^[\w.@+-]{1,40}$/),
    email: fc.option(fc.emailAddress()),
    name: fc.string(),
    phone: fc.stringMatching(/^\+\d{5,12}$/),
    verified: fc.boolean(),
    attributes,
    clientId: fc.option(fc.stringMatching(/^[a-z0-9]{5,26}$/)),
    userPoolId: fc.constant('eu-west-1_Other0001'),
    clientMetadata: attributes,
    validationData: attributes,
    userNotFound: fc.boolean(),
  },
  { requiredKeys: [] },
)

describe('the events of the test kit', () => {
  it.each(SOURCES)('an event of %s passes the event check, whatever its options are', (source) => {
    fc.assert(
      fc.property(options, (given) => {
        const event = cognitoEvent<TriggerSource>(source, given)
        expect(eventProblems(event)).toEqual([])
        expect(event.triggerSource).toBe(source)
        expect(cognitoEvent<TriggerSource>(source, given)).toEqual(event)
        expect(JSON.parse(JSON.stringify(event))).toEqual(event)
      }),
      { numRuns: 30 },
    )
  })

  it.each(SOURCES.filter((source) => FOLDERS.includes(folderOf.get(source) ?? '')))(
    'an event of %s has the exact shape of such events, and its handler accepts the event',
    async (source) => {
      const folder = folderOf.get(source) ?? ''
      const { eventShape } = await loadContract(folder)
      const handler = (await loadHandlers(folder)).find(({ trigger }) => trigger === findTrigger(source))
      if (handler === undefined) throw new Error(`src/${folder} has no handler for ${source}`)

      for (const event of [
        cognitoEvent<TriggerSource>(source),
        cognitoEvent<TriggerSource>(source, { phone: '+15555550100', name: 'Mary' }),
      ]) {
        expect(eventShape.safeParse(event).error).toBeUndefined()
        expect(await run(handler, event)).toProceed()
      }
    },
  )

  it.each(['2', '3'] as const)('a pre token generation event of version %s has the exact shape of such events', async (version) => {
    const { eventShape } = await loadContract('pre-token')

    expect(eventShape.safeParse(kit.newTokens({ version, groups: ['staff'] })).error).toBeUndefined()
    expect(eventShape.safeParse(kit.refresh({ version, provider: 'Google' })).error).toBeUndefined()
  })

  it('each trigger has a function for its most frequent event', () => {
    const sources = MOMENTS.map(([, create]) => Object(create)().triggerSource)

    expect(new Set(sources).size).toBe(sources.length)
    expect(TRIGGER_NAMES.filter((name) => !sources.some((source) => findTrigger(source) === name))).toEqual([])
  })

  it('cognitoEvent rejects an unknown trigger source', () => {
    // @ts-expect-error the source does not exist
    expect(() => cognitoEvent('SignUp')).toThrow(
      "cognitoEvent(): 'SignUp' is not a trigger source; expected one such as 'PreSignUp_SignUp'",
    )
  })
})

describe('the user of an event', () => {
  it('a user who signs up has no sub, no status and no verified address', () => {
    expect(signUp().request.userAttributes).toEqual({ email: 'mary@example.com' })
    expect(signUp()).toMatchObject({ userName: 'mary', request: { validationData: null } })
    expect(adminCreate().callerContext.clientId).toBe('CLIENT_ID_NOT_APPLICABLE')
  })

  it('the user name defines the address and the sub, so that the events of a user fit together', () => {
    const [mary, eve] = [confirmed().request.userAttributes, confirmed({ userName: 'eve' }).request.userAttributes]

    expect(mary).toEqual({ sub: expect.any(String), 'cognito:user_status': 'CONFIRMED', email: 'mary@example.com', email_verified: 'true' })
    expect(eve).toMatchObject({ email: 'eve@example.com' })
    expect(eve.sub).not.toBe(mary.sub)
    expect(signIn().request.userAttributes?.sub).toBe(mary.sub)
  })

  it('the options set attributes, and `attributes` replaces them', () => {
    const given = {
      email: 'eve@evil.example',
      name: 'Eve',
      phone: '+15555550100',
      verified: false,
      attributes: { name: 'Evelyn', locale: 'de' },
    }

    expect(confirmed(given).request.userAttributes).toMatchObject({
      email: 'eve@evil.example',
      email_verified: 'false',
      phone_number: '+15555550100',
      phone_number_verified: 'false',
      name: 'Evelyn',
      locale: 'de',
    })
    expect(signUp({ email: null }).request.userAttributes).toEqual({})
  })

  it('a federated user has the name, the group and the status that Cognito gives them', () => {
    expect(federated()).toMatchObject({
      userName: 'Google_109500000000000000000',
      request: { userAttributes: { 'cognito:email_alias': '', email_verified: 'false' }, validationData: {} },
    })
    const { userAttributes } = signIn({ provider: 'Okta' }).request
    expect(userAttributes).toMatchObject({ 'cognito:user_status': 'EXTERNAL_PROVIDER' })
    expect(JSON.parse(userAttributes?.identities ?? '')).toMatchObject([
      { userId: '109500000000000000000', providerName: 'Okta', providerType: 'OIDC' },
    ])
    expect(kit.newTokens({ provider: 'Okta' }).request.groupConfiguration?.groupsToOverride).toEqual(['eu-west-1_Example01_Okta'])
    expect(kit.inboundFederation({ provider: 'Google', name: 'Mary' })).toMatchObject({
      userName: '109500000000000000000',
      request: { providerType: 'Google', attributes: { userInfo: { name: 'Mary', email: 'mary@example.com' } } },
    })
  })

  it('a user who does not exist has no attributes', () => {
    expect(signIn({ userNotFound: true }).request).toEqual({ userAttributes: {}, validationData: null, userNotFound: true })
    expect(kit.defineChallenge({ userNotFound: true }).request).toEqual({ userAttributes: {}, userNotFound: true, session: [] })
  })

  it('a machine has the name of its app client', () => {
    expect(kit.machineTokens({ clientId: 'reports' })).toMatchObject({ version: '3', userName: 'reports', request: { userAttributes: {} } })
  })

  it('a notification about an account takeover has no code and no address', () => {
    const { request } = cognitoEvent('CustomEmailSender_AccountTakeOverNotification')

    expect(request).toMatchObject({ code: null, userAttributes: { USER_NAME: 'mary' } })
    expect(request.userAttributes).not.toHaveProperty('email')
    expect(kit.customEmail().request.code).not.toBeNull()
  })
})
