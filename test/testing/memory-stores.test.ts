import { describe, expect, it } from 'vitest'
import { once, parallel } from '../../src/index.ts'
import { postAuthentication } from '../../src/post-auth/index.ts'
import { mailTemplate, type PostConfirmation, postConfirmation, sendWelcomeEmail, syncProfile } from '../../src/post-confirmation/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import { preSignUp, uniqueCanonicalEmail } from '../../src/pre-signup/index.ts'
import { allowEmailDomains, blockUsers, denyEvents, keepCanonicalEmail, lastSeen, notify, publishEvent } from '../../src/rules/index.ts'
import {
  confirmed,
  lifeguardMatchers,
  memoryBlockList,
  memoryCanonicalEmails,
  memoryCounter,
  memoryEventBus,
  memoryInvites,
  memoryLastSeen,
  memoryLedger,
  memoryMailer,
  memoryProfiles,
  memoryWaitlist,
  memoryWebhook,
  run,
  signedIn,
  signIn,
  signUp,
} from '../../src/testing/index.ts'
import { describeBlockList } from '../support/contracts/block-list.ts'
import { describeCanonicalEmails } from '../support/contracts/canonical-emails.ts'
import { describeCounter, describeFixedCounter, describeSlidingCounter } from '../support/contracts/counter.ts'
import { describeInvites } from '../support/contracts/invites.ts'
import { describeLastSeen } from '../support/contracts/last-seen.ts'
import { describeLedger } from '../support/contracts/ledger.ts'
import { describeProfiles, newUser, noonPlus } from '../support/contracts/profiles.ts'
import { describeWaitlist } from '../support/contracts/waitlist.ts'

expect.extend(lifeguardMatchers)

const { signal } = new AbortController()
const mail = { to: 'mary@example.com', subject: 'Welcome', text: 'Hello', html: '<p>Hello</p>' }
const template = mailTemplate({ subject: 'Welcome', text: 'Hello', html: '<p>Hello</p>' }, {})

describe('memoryBlockList', () => {
  const blocks = memoryBlockList()
  describeBlockList({ list: blocks, writer: blocks })

  it('takes blocks in the pool of the events, with a reason of its own', async () => {
    const list = memoryBlockList({ type: 'email', value: 'Eve@Example.com' }, { type: 'username', value: 'mallory', reason: 'fraud' })

    expect(list.rows).toMatchObject([{ userPoolId: signIn().userPoolId, reason: 'blocked' }, { reason: 'fraud' }])
    const handler = preAuthentication(blockUsers(list))
    expect(await run(handler, signIn({ email: 'eve@example.com' }))).toBeDenied('user-blocked')
    expect(await run(handler, signIn({ userName: 'mallory' }))).toBeDenied('user-blocked')
    expect(await run(handler, signIn())).toProceed()
  })

  it('throws if a block is invalid', () => {
    expect(() => memoryBlockList({ type: 'email', value: 'eve' })).toThrow('The value of a block by email is not valid')
    expect(() => memoryBlockList({ type: 'email', value: 'eve@example.com', reason: 'not an identifier' })).toThrow(TypeError)
  })
})

describe('memoryWaitlist', () => {
  describeWaitlist((now) => memoryWaitlist({ now }))
})

describe('memoryInvites', () => {
  describeInvites((now) => memoryInvites({ now }))

  it('throws for an invalid invitation', () => {
    expect(() => memoryInvites({ invites: [{ type: 'email', value: 'ann' }] })).toThrow('An invitation by email needs a valid address')
  })
})

describe('memoryCounter', () => {
  describeCounter((now) => memoryCounter({ now }))
  describeFixedCounter((now) => memoryCounter({ now }))

  describe('with sliding windows', () => {
    describeCounter((now) => memoryCounter({ window: 'sliding', now }))
    describeSlidingCounter((now) => memoryCounter({ window: 'sliding', now }))
  })

  it('fails if a test wants it', async () => {
    const counter = memoryCounter()
    counter.failOnce(new Error('down'), 'count')
    await expect(counter.count('key', { max: 1, windowSeconds: 60 }, signal)).rejects.toThrow('down')
    expect(await counter.count('key', { max: 1, windowSeconds: 60 }, signal)).toBe(true)
  })
})

describe('memoryCanonicalEmails', () => {
  let clock = (): Date => new Date()
  const store = memoryCanonicalEmails({ now: () => clock() })
  describeCanonicalEmails((now = () => new Date()) => {
    clock = now
    return store
  })

  it('gives a mailbox to one user in the rules, and fails if a test wants it', async () => {
    const emails = memoryCanonicalEmails()
    const before = preSignUp(uniqueCanonicalEmail(emails, { revealsExistence: true }))
    const after = postConfirmation(keepCanonicalEmail(emails))

    expect(await run(before, signUp({ userName: 'ann', email: 'ann@gmail.com' }))).toProceed()
    expect(await run(after, confirmed({ userName: 'ann', email: 'ann@gmail.com' }))).toHaveDone('keep-canonical-email')
    expect(await run(before, signUp({ userName: 'eve', email: 'a.nn@gmail.com' }))).toBeDenied('mailbox-taken')
    emails.failOnce(new Error('down'), 'reserve')
    expect(await run(before, signUp({ userName: 'bob', email: 'bob@gmail.com' }))).toFail()
  })
})

describe('memoryProfiles', () => {
  const profiles = memoryProfiles()
  describeProfiles({
    profiles,
    stored: async ({ userPoolId, sub }) => {
      const row = profiles.rows.find((each) => each.userPoolId === userPoolId && each.sub === sub)
      return row && { ...row }
    },
  })

  it('stores the attributes that its option names', async () => {
    const store = memoryProfiles({ attributes: ['locale'] })
    await run(postConfirmation(syncProfile(store)), confirmed({ attributes: { locale: 'de' } }))

    expect(store.rows[0]?.attributes).toEqual({ locale: 'de' })
  })
})

describe('memoryLedger', () => {
  describeLedger(() => {
    const ledger = memoryLedger()
    return {
      ...ledger,
      wait: ledger.advance,
      stored: async ({ userPoolId, sub, effect }) => {
        const row = ledger.rows.find((each) => each.userPoolId === userPoolId && each.sub === sub && each.effect === effect)
        return row && { ...row }
      },
    }
  })
})

describe('memoryMailer', () => {
  it('keeps the emails in order', async () => {
    const mailer = memoryMailer()
    await mailer.send(mail, signal)
    await mailer.send({ ...mail, to: 'eve@example.com' }, signal)

    expect(mailer.sent.map(({ to }) => to)).toEqual(['mary@example.com', 'eve@example.com'])
  })

  it('throws NotDoneError if the signal has already aborted', async () => {
    const mailer = memoryMailer()

    await expect(mailer.send(mail, AbortSignal.abort())).rejects.toMatchObject({ code: 'not-done', reason: 'AbortError' })
    expect(mailer.sent).toEqual([])
  })
})

describe('memoryLastSeen', () => {
  describeLastSeen(memoryLastSeen)

  it('keeps the time of a user in the rule, and lets the user go on if it fails', async () => {
    const seen = memoryLastSeen()
    const now = new Date('2026-05-01T12:00:00Z')
    const handler = postAuthentication(lastSeen(seen, { now: () => now }))
    const event = signedIn()

    await run(handler, event)
    await run(handler, event)
    expect(seen.rows).toEqual([{ userPoolId: event.userPoolId, sub: event.request.userAttributes.sub, seenAt: now }])
    seen.failOnce(new Error('down'), 'record')
    const failed = await run(handler, signedIn({ userName: 'eve' }))
    expect(failed).toProceed()
    expect(failed.trace).toContainEqual(expect.objectContaining({ rule: 'last-seen', outcome: 'error' }))
    expect(seen.rows).toHaveLength(1)
  })
})

describe('memoryWebhook', () => {
  const create = () => {
    const [webhook, ledger] = [memoryWebhook(), memoryLedger()]
    const notifyTeam = notify<PostConfirmation>(webhook, { message: ({ user }) => `New user ${user.sub}`, reads: [] })
    return { webhook, ledger, handler: postConfirmation(once(ledger, notifyTeam, { delivery: 'at-most-once' })) }
  }

  it('keeps one text, although Cognito repeats the event', async () => {
    const { webhook, handler } = create()
    const event = confirmed()

    expect(await run(handler, event)).toHaveDone('notify')
    await run(handler, event)
    expect(webhook.sent).toEqual([`New user ${event.request.userAttributes.sub}`])
  })

  it('may have sent the text if the answer is lost', async () => {
    const { webhook, ledger, handler } = create()
    webhook.loseAnswers()

    await run(handler, confirmed())
    expect(webhook.sent).toHaveLength(1)
    expect(ledger.rows).toMatchObject([{ effect: 'notify', state: 'unknown' }])
  })

  it('throws NotDoneError if the signal has already aborted', async () => {
    const webhook = memoryWebhook()

    await expect(webhook.send('Hello', AbortSignal.abort())).rejects.toMatchObject({ code: 'not-done', reason: 'AbortError' })
    expect(webhook.sent).toEqual([])
  })
})

describe('memoryEventBus', () => {
  it('keeps the events of a denial, and changes no decision if it fails', async () => {
    const bus = memoryEventBus()
    const handler = preSignUp(denyEvents(bus, allowEmailDomains('example.com')))

    expect(await run(handler, signUp())).toProceed()
    expect(await run(handler, signUp({ email: 'eve@evil.example' }))).toBeDenied('domain-not-allowed')
    expect(bus.published).toMatchObject([{ type: 'UserDenied', detail: { rule: 'allow-email-domains', reason: 'domain-not-allowed' } }])
    bus.failWith(new Error('down'), 'publish')
    expect(await run(handler, signUp({ email: 'eve@evil.example' }))).toBeDenied('domain-not-allowed')
    expect(bus.published).toHaveLength(1)
  })

  it('keeps an event as a receiver gets it', async () => {
    const bus = memoryEventBus()
    const detail = () => ({ at: new Date(0), groups: ['customers'] })

    const handler = postConfirmation(publishEvent(bus, { type: 'UserConfirmed', detail, reads: [] }))
    expect(await run(handler, confirmed())).toHaveDone('publish-event')
    expect(bus.published).toEqual([{ type: 'UserConfirmed', detail: { at: '1970-01-01T00:00:00.000Z', groups: ['customers'] } }])
  })

  it('throws NotDoneError if the signal has already aborted', async () => {
    const bus = memoryEventBus()

    await expect(bus.publish({ type: 'A', detail: {} }, AbortSignal.abort())).rejects.toMatchObject({ code: 'not-done' })
    expect(bus.published).toEqual([])
  })
})

describe('the switches of a store in memory', () => {
  it('failWith makes every call fail until recover', async () => {
    const mailer = memoryMailer()
    mailer.failWith(new RangeError('no'))

    await expect(mailer.send(mail, signal)).rejects.toThrow(RangeError)
    await expect(mailer.send(mail, signal)).rejects.toThrow(RangeError)
    expect(mailer.sent).toEqual([])
    mailer.recover()
    await mailer.send(mail, signal)
    expect(mailer.sent).toEqual([mail])
  })

  it('failOnce makes only the next call fail', async () => {
    const blocks = memoryBlockList()
    blocks.failOnce(new RangeError('no'))

    await expect(blocks.find([], signal)).rejects.toThrow(RangeError)
    expect(await blocks.find([], signal)).toEqual([])
  })

  it('hang makes a call wait until its signal aborts', async () => {
    const mailer = memoryMailer()
    mailer.hang()
    const abort = new AbortController()
    const sending = mailer.send(mail, abort.signal)
    abort.abort()

    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(mailer.sent).toEqual([])
  })

  it('loseAnswers makes a call take effect and then fail', async () => {
    const mailer = memoryMailer()
    mailer.loseAnswers()

    await expect(mailer.send(mail, signal)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(mailer.sent).toEqual([mail])
  })

  it('a switch applies only to the calls that it names', async () => {
    const profiles = memoryProfiles()
    profiles.failWith(new RangeError('no'), 'passwordReset', 'refreshed')
    const user = newUser()

    await expect(profiles.passwordReset(user, noonPlus(0), signal)).rejects.toThrow(RangeError)
    await expect(profiles.refreshed(user, noonPlus(0), signal)).rejects.toThrow(RangeError)
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(profiles.rows).toHaveLength(1)
  })
})

describe('a handler with stores in memory', () => {
  const create = () => {
    const [profiles, ledger, mailer] = [memoryProfiles(), memoryLedger(), memoryMailer()]
    const welcome = once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })
    return { profiles, ledger, mailer, handler: postConfirmation(parallel(syncProfile(profiles), welcome)) }
  }

  it('sends one email if Cognito repeats the event', async () => {
    const { handler, mailer, profiles, ledger } = create()
    const first = await run(handler, confirmed())
    const second = await run(handler, confirmed())

    expect(first).toHaveDone('send-welcome-email')
    expect(first).toHaveDone('sync-profile')
    expect(second).not.toHaveDone('send-welcome-email')
    expect(mailer.sent).toMatchObject([{ to: 'mary@example.com' }])
    expect(profiles.rows).toMatchObject([{ userName: 'mary', attributes: { email: 'mary@example.com' } }])
    expect(ledger.rows).toMatchObject([{ effect: 'send-welcome-email', state: 'done' }])
  })

  it('sends one email to each of two users', async () => {
    const { handler, mailer } = create()
    await Promise.all([run(handler, confirmed()), run(handler, confirmed({ userName: 'eve' })), run(handler, confirmed())])

    expect(mailer.sent.map(({ to }) => to).toSorted()).toEqual(['eve@example.com', 'mary@example.com'])
  })

  it('records an effect as unknown if the mailer hangs beyond the deadline', async () => {
    const { handler, mailer, ledger } = create()
    mailer.hang()

    const result = await run(handler, confirmed(), { timeoutMs: 600 })

    expect(result).toProceed()
    expect(result).toHaveDone('sync-profile')
    expect(result.trace.filter(({ outcome }) => outcome === 'error')).not.toEqual([])
    expect(ledger.rows).toMatchObject([{ state: 'unknown', reason: 'deadline-exceeded' }])
  })
})
