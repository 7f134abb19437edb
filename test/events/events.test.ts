import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { triggerFacts } from '../../src/shared/cognito/triggers.ts'
import { logFields } from '../../src/shared/settings/fields.ts'
import { defaultSettings } from '../../src/tools/lib/environment.ts'
import { triggersInFolder } from '../../src/tools/lib/find-trigger.ts'
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

describe('the files', () => {
  it.each(FOLDERS)('pair every event of %s with an expectation', (folder) => {
    const files = listEventFiles(folder)
    const expectations = files.filter((file) => file.endsWith('.expect.json')).map((file) => file.replace('.expect.json', '.json'))
    expect(expectations).toEqual(files.filter((file) => !file.endsWith('.expect.json')))
  })

  it.each(FOLDERS)('have one event of %s that is ordinary, and name those for new projects', (folder) => {
    expect(() => ordinaryEvent(folder)).not.toThrow()
    const starters = readFileSync(join(repository, 'events', folder, 'starter.txt'), 'utf8')
      .trim()
      .split('\n')
    expect(starters.filter((name) => !listEventFiles(folder).includes(`${name}.json`))).toEqual([])
    expect(starters.map((name) => `${folder}/${name}`)).toContain(ordinaryEvent(folder))
  })

  it('set or leave unset every setting of the function', async () => {
    for (const { folder, fields } of await settingsTables()) {
      if (!FOLDERS.includes(folder)) continue
      const set = parseEnv(readFileSync(join(repository, 'events', folder, 'settings.env'), 'utf8'))
      const names = Object.keys(fields).filter((name) => !(name in logFields))
      expect(Object.keys(set).toSorted(), folder).toEqual(names.toSorted())
      for (const [name, value] of Object.entries(set))
        expect([defaultSettings()[name], '', undefined], `${folder}: ${name}`).toContain(value)
    }
  })

  it('are named in kebab-case', () => {
    expect(samples.map(({ name }) => name).filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([])
  })

  it('hold at least 34 events, no two of them alike', () => {
    expect(samples.length).toBeGreaterThanOrEqual(34)
    expect(new Set(samples.map(({ raw }) => JSON.stringify(raw))).size).toBe(samples.length)
  })

  it('cover every trigger source, and one of each trigger that nobody has heard of', () => {
    for (const folder of FOLDERS) {
      const sources = triggersInFolder(folder).flatMap((name) => Object.keys(triggerFacts(name).sources))
      const found = new Set(samples.filter((sample) => sample.folder === folder).map(({ event }) => event.triggerSource))
      expect([...found]).toEqual(expect.arrayContaining(sources))
      expect(found.size).toBe(sources.length + triggersInFolder(folder).length)
    }
  })
})

describe('the facts', () => {
  it.each(titled)('%s has the shape that Cognito sends', async (_, { folder, raw, event }) => {
    expect((await loadContract(folder)).eventShape.parse(raw)).toEqual(raw)
    expect(findFolder(event.triggerSource)).toBe(folder)
  })

  it('name no app client where an administrator creates a user, and may name none where one confirms a user', () => {
    const client = ({ event }: SampleEvent): string | null => event.callerContext.clientId
    const created = samples.filter(({ event }) => event.triggerSource.endsWith('_AdminCreateUser'))
    expect(new Set(created.map(client))).toEqual(new Set(['CLIENT_ID_NOT_APPLICABLE']))
    const nameless = samples.filter((sample) => client(sample) === null)
    expect(new Set(nameless.map(({ event }) => event.triggerSource))).toEqual(new Set(['PostConfirmation_ConfirmSignUp']))
    for (const sample of samples.filter((each) => !created.includes(each) && !nameless.includes(each))) {
      expect(client(sample)).toMatch(/^[a-z0-9]{26}$/)
    }
  })

  it('hold the identities of federated users as a JSON string, after whose first one the user is named', () => {
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

  it('hold empty aliases and empty validation data where a federated user signs up', () => {
    const federated = from('PreSignUp_ExternalProvider')
    expect(federated).not.toHaveLength(0)
    for (const { event } of federated) {
      expect(event.request.userAttributes).toMatchObject({ 'cognito:email_alias': '', 'cognito:phone_number_alias': '' })
      expect(event.request.validationData).toEqual({})
    }
  })

  it('hold nothing of users who do not exist', () => {
    const unknown = samples.filter(({ event }) => event.request.userNotFound === true)
    expect(unknown).not.toHaveLength(0)
    for (const { event } of unknown) expect(event.request.userAttributes).toEqual({})
  })
})

describe('the story', () => {
  it('gives a user one sub for life', () => {
    const known = samples.filter((sample) => getSub(sample) !== undefined)
    const users = new Set(known.map(toUserKey))
    expect(new Set(known.map((sample) => `${toUserKey(sample)} ${getSub(sample)}`)).size).toBe(users.size)
    expect(new Set(known.map(getSub)).size).toBe(users.size)
  })

  it('confirms only users who signed up and were let in', () => {
    const signedUp = listAllowed('pre-signup')
    expect(samples.filter((sample) => sample.folder === 'post-confirmation' && !signedUp.has(toUserKey(sample)))).toEqual([])
  })

  it('signs in only users who were not refused', () => {
    const notRefused = listAllowed('pre-auth')
    expect(samples.filter((sample) => sample.folder === 'post-auth' && !notRefused.has(toUserKey(sample)))).toEqual([])
  })

  it('blocks nobody in vain: every block that still holds is met', () => {
    const holding = seededBlocks().filter(({ expiresAt }) => expiresAt === undefined || expiresAt > new Date())
    const met = samples.filter(
      ({ folder, expected }) => folder === 'pre-auth' && expected.outcome === 'denied' && expected.reason === 'user-blocked',
    )
    expect(new Set(met.map(toUserKey)).size).toBe(holding.length)
  })
})

describe('the deployed handlers', () => {
  let handlers: DefaultHandlers

  beforeAll(async () => {
    handlers = await startDefaultHandlers(seededBlocks())
  })
  afterAll(() => handlers.stop())

  // In order: what one event leaves behind is there for the next.
  it.each(titled)('decide %s as expected', async (_, { folder, raw, event, expected }) => {
    const handled = await handlers.handle(folder, raw)
    expect({ outcome: handled.decision, decidedBy: handled.decidedBy, reason: handled.reason }).toEqual({
      outcome: expected.outcome,
      decidedBy: expected.decidedBy,
      reason: expected.reason,
    })
    // Nothing but the whole event, field by field, is an answer to Cognito.
    expect(handled.answer).toEqual(expected.outcome === 'proceed' ? { ...event, response: expected.response } : undefined)
    // A post trigger proceeds over a rule that broke; here none may.
    expect(handled.trace.filter(({ outcome }) => outcome === 'error')).toEqual([])
  })

  it('have sent one welcome mail to each verified address of a confirmed sign-up, and none with a link from a name', () => {
    const due = from('PostConfirmation_ConfirmSignUp').map(({ event }) => event.request.userAttributes)
    const addresses = due.filter(({ email_verified }) => email_verified === 'true').map(({ email }) => email?.toLowerCase())
    const mails = handlers.inbox()
    expect(mails.flatMap(({ to }) => to.map((address) => address.toLowerCase()))).toEqual(addresses)
    expect(mails.filter(({ text, html }) => `${text}${html}`.includes('attacker'))).toEqual([])
    expect(mails.filter(({ html }) => html?.includes('Hello Mary,'))).toHaveLength(1)
  })
})
