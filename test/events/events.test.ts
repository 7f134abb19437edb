import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { triggerFacts } from '../../src/shared/cognito/triggers.ts'
import { logFields } from '../../src/shared/settings/fields.ts'
import { defaultSettings } from '../../src/tools/lib/environment.ts'
import { triggersInFolder } from '../../src/tools/lib/find-trigger.ts'
import { compare } from '../../src/tools/replay/compare.ts'
import type { SideEffects } from '../../src/tools/replay/embedded.ts'
import type { ExpectedEffects } from '../../src/tools/replay/expectation.ts'
import { repository } from '../support/built.ts'
import { type DefaultHandlers, startDefaultHandlers } from '../support/default-handlers.ts'
import { listEventFiles, type SampleEvent, sampleEvents, seededBlocks } from '../support/sample-events.ts'
import { FOLDERS, findFolder, loadContract, ordinaryEvent, settingsTables } from '../support/triggers.ts'

const samples = sampleEvents()
const titled = samples.map((sample) => [`${sample.folder}/${sample.name}`, sample] as const)

const getSub = ({ event }: SampleEvent): string | undefined => event.request.userAttributes.sub
const toUserKey = ({ event }: SampleEvent): string => `${event.userPoolId}/${event.userName}`
const from = (source: string): readonly SampleEvent[] => samples.filter(({ event }) => event.triggerSource === source)
const listAllowed = (folder: string): ReadonlySet<string> =>
  new Set(samples.filter((sample) => sample.folder === folder && sample.expected.outcome === 'proceed').map(toUserKey))

describe('sample event files', () => {
  it.each(FOLDERS)('every sample event of %s has an expectation file', (folder) => {
    const files = listEventFiles(folder)
    const expectations = files.filter((file) => file.endsWith('.expect.json')).map((file) => file.replace('.expect.json', '.json'))
    expect(expectations).toEqual(files.filter((file) => !file.endsWith('.expect.json')))
  })

  it.each(FOLDERS)('events/%s has one event *-mary.json for each trigger, and its starter.txt names only existing events', (folder) => {
    const ordinary = triggersInFolder(folder).map((trigger) => ordinaryEvent({ folder, trigger }))
    const starters = readFileSync(join(repository, 'events', folder, 'starter.txt'), 'utf8')
      .trim()
      .split('\n')
    expect(starters.filter((name) => !listEventFiles(folder).includes(`${name}.json`))).toEqual([])
    expect(starters.map((name) => `${folder}/${name}`)).toEqual(expect.arrayContaining(ordinary))
  })

  it('settings.env of each folder has every setting of the function, except those of the log', async () => {
    for (const { folder, fields } of await settingsTables()) {
      if (!FOLDERS.includes(folder)) continue
      const set = parseEnv(readFileSync(join(repository, 'events', folder, 'settings.env'), 'utf8'))
      const names = Object.keys(fields).filter((name) => !(name in logFields))
      expect(Object.keys(set).toSorted(), folder).toEqual(names.toSorted())
      for (const [name, value] of Object.entries(set))
        expect([defaultSettings()[name], '', undefined], `${folder}: ${name}`).toContain(value)
    }
  })

  it('every sample event has a name in kebab-case', () => {
    expect(samples.map(({ name }) => name).filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([])
  })

  it('at least 34 sample events exist, all different', () => {
    expect(samples.length).toBeGreaterThanOrEqual(34)
    expect(new Set(samples.map(({ raw }) => JSON.stringify(raw))).size).toBe(samples.length)
  })

  it('sample events cover every trigger source, and an unknown source for each trigger', () => {
    for (const folder of FOLDERS) {
      const sources = triggersInFolder(folder).flatMap((name) => Object.keys(triggerFacts(name).sources))
      const found = new Set(samples.filter((sample) => sample.folder === folder).map(({ event }) => event.triggerSource))
      expect([...found]).toEqual(expect.arrayContaining(sources))
      expect(found.size).toBe(sources.length + triggersInFolder(folder).length)
    }
  })
})

describe('sample events', () => {
  it.each(titled)('%s has the shape of an event that Cognito sends', async (_, { folder, raw, event }) => {
    expect((await loadContract(folder)).eventShape.parse(raw)).toEqual(raw)
    expect(findFolder(event.triggerSource)).toBe(folder)
  })

  it('an event has no app client if an administrator creates the user, and may have none if an administrator confirms the user', () => {
    const client = ({ event }: SampleEvent): string | null => event.callerContext.clientId
    const created = samples.filter(({ event }) => event.triggerSource.endsWith('_AdminCreateUser'))
    expect(new Set(created.map(client))).toEqual(new Set(['CLIENT_ID_NOT_APPLICABLE']))
    const nameless = samples.filter((sample) => client(sample) === null)
    expect(new Set(nameless.map(({ event }) => event.triggerSource))).toEqual(new Set(['PostConfirmation_ConfirmSignUp']))
    for (const sample of samples.filter((each) => !created.includes(each) && !nameless.includes(each))) {
      expect(client(sample)).toMatch(/^[a-z0-9]{26}$/)
    }
  })

  it('an event of a federated user has the identities as a JSON string, and a user name made of the first identity', () => {
    const Identities = z.tuple([
      z.strictObject({
        userId: z.string(),
        providerName: z.string(),
        providerType: z.enum(['Google', 'SAML', 'OIDC']),
        issuer: z.string().nullable(),
        primary: z.literal(true),
        dateCreated: z.int().positive(),
      }),
    ])
    const federated = samples.filter(({ event }) => event.request.userAttributes['cognito:user_status'] === 'EXTERNAL_PROVIDER')
    expect(federated).not.toHaveLength(0)
    for (const { event } of federated) {
      const [{ providerName, userId }] = Identities.parse(JSON.parse(event.request.userAttributes.identities ?? ''))
      expect(event.userName.toLowerCase()).toBe(`${providerName}_${userId}`.toLowerCase())
    }
  })

  it('the sign-up event of a federated user has empty aliases and empty validation data', () => {
    const federated = from('PreSignUp_ExternalProvider')
    expect(federated).not.toHaveLength(0)
    for (const { event } of federated) {
      expect(event.request.userAttributes).toMatchObject({ 'cognito:email_alias': '', 'cognito:phone_number_alias': '' })
      expect(event.request.validationData).toEqual({})
    }
  })

  it('an event for a user who does not exist has no attributes', () => {
    const unknown = samples.filter(({ event }) => event.request.userNotFound === true)
    expect(unknown).not.toHaveLength(0)
    for (const { event } of unknown) expect(event.request.userAttributes).toEqual({})
  })
})

describe('users across sample events', () => {
  it('each user has the same sub in all events, and no two users share a sub', () => {
    const known = samples.filter((sample) => getSub(sample) !== undefined)
    const users = new Set(known.map(toUserKey))
    expect(new Set(known.map((sample) => `${toUserKey(sample)} ${getSub(sample)}`)).size).toBe(users.size)
    expect(new Set(known.map(getSub)).size).toBe(users.size)
  })

  it('a user has a post confirmation event only if pre sign-up allowed the sign-up', () => {
    const signedUp = listAllowed('pre-signup')
    expect(samples.filter((sample) => sample.folder === 'post-confirmation' && !signedUp.has(toUserKey(sample)))).toEqual([])
  })

  it('a user has a post authentication event only if pre authentication allowed the sign-in', () => {
    const notRefused = listAllowed('pre-auth')
    expect(samples.filter((sample) => sample.folder === 'post-auth' && !notRefused.has(toUserKey(sample)))).toEqual([])
  })

  it('sample events include one denied user for each active block in seed.json', () => {
    const active = seededBlocks().filter(({ expiresAt }) => expiresAt === undefined || expiresAt > new Date())
    const met = samples.filter(
      ({ folder, expected }) => folder === 'pre-auth' && expected.outcome === 'denied' && expected.reason === 'user-blocked',
    )
    expect(new Set(met.map(toUserKey)).size).toBe(active.length)
  })
})

/** Compares messages with the expectation, as replay does. */
function compareMessages(effects: ExpectedEffects, sent: Pick<SideEffects, 'mails' | 'texts'>): readonly string[] {
  const names = { blocks: '', profiles: '', effects: '', limits: '' }
  const actual = { outcome: null, decidedBy: null, reason: null, response: null, failedRules: null }
  return compare({ effects }, { ...actual, effects: { tables: new Map(), names, ...sent } })
}

describe('the deployed handlers', () => {
  let handlers: DefaultHandlers

  beforeAll(async () => {
    handlers = await startDefaultHandlers(seededBlocks())
  })
  afterAll(() => handlers.stop())

  // Runs in order, because later events depend on the data of earlier ones.
  it.each(titled)('the handler decides %s as expected', async (_, { folder, raw, expected }) => {
    const [mails, texts] = [handlers.inbox().length, handlers.texts().length]
    const handled = await handlers.handle(folder, raw)
    expect({ outcome: handled.decision, decidedBy: handled.decidedBy, reason: handled.reason }).toEqual({
      outcome: expected.outcome,
      decidedBy: expected.decidedBy,
      reason: expected.reason,
    })
    // The handler must return the whole event, because Cognito requires it.
    if (expected.outcome === 'proceed' && expected.responseLike !== undefined)
      expect(handled.answer).toMatchObject({ ...Object(raw), response: expected.responseLike })
    // Cognito does not read the answer of a sender, so its expectation has no response.
    else if (expected.outcome === 'proceed' || expected.response !== undefined)
      expect(handled.answer).toEqual({ ...Object(raw), response: expected.response ?? {} })
    else expect(handled.answer).toBeUndefined()
    const { effects } = expected
    const sent = { mails: handlers.inbox().slice(mails), texts: handlers.texts().slice(texts) }
    if (effects !== undefined) expect(compareMessages(effects, sent)).toEqual([])
    // A post trigger continues if a rule throws, so check that no other rule threw. A `when` has the error of the rule inside it.
    const failed = expected.outcome === 'failed' ? expected.decidedBy : undefined
    expect(handled.trace.filter(({ outcome, rule }) => outcome === 'error' && rule !== failed && rule !== 'when')).toEqual([])
  })

  it('the handlers send one welcome email to each verified address, without links from user names', () => {
    const due = from('PostConfirmation_ConfirmSignUp').map(({ event }) => event.request.userAttributes)
    const addresses = due.filter(({ email_verified }) => email_verified === 'true').map(({ email }) => email?.toLowerCase())
    const mails = handlers.inbox().filter(({ from: sender }) => sender.includes('welcome@'))
    expect(mails.flatMap(({ to }) => to.map((address) => address.toLowerCase()))).toEqual(addresses)
    expect(mails.filter(({ text, html }) => `${text}${html}`.includes('attacker'))).toEqual([])
    expect(mails.filter(({ html }) => html?.includes('Hello Mary,'))).toHaveLength(1)
  })
})
