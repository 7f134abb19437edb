import { describe, expect, it } from 'vitest'
import type { Delivery, Mail, Mailer } from '../../src/post-confirmation/mailer.ts'
import { type MailClaims, onceOnly } from '../../src/post-confirmation/once-only.ts'

const { signal } = new AbortController()
const mail: Mail = {
  key: { userPoolId: 'eu-west-1_Example', sub: '1', occasion: 'welcome' },
  to: 'ann@example.com',
  subject: 'Welcome',
  text: 'Hello',
  html: '<p>Hello</p>',
}

/** Claims kept in memory, and a record of what happened. */
function parts(send: () => Promise<Delivery>) {
  const log: string[] = []
  const claimed = new Map<string, Date>()
  const claims: MailClaims = {
    async claim({ sub }, at) {
      if (claimed.has(sub)) return false
      log.push('claim')
      claimed.set(sub, at)
      return true
    },
    async release({ sub }) {
      log.push('release')
      claimed.delete(sub)
    },
  }
  const mailer: Mailer = {
    send() {
      log.push('send')
      return send()
    },
  }
  return { log, claimed, claims, mailer }
}

const sent = async (): Promise<Delivery> => ({ kind: 'sent' })

describe('onceOnly', () => {
  it('claims a mail before it sends it, and sends it once', async () => {
    const { mailer, claims, log } = parts(sent)
    const once = onceOnly(mailer, claims)
    expect(await once.send(mail, signal)).toEqual({ kind: 'sent' })
    expect(await once.send(mail, signal)).toEqual({ kind: 'already-sent' })
    expect(log).toEqual(['claim', 'send'])
  })

  it('gives the claim of a refused mail back, and sends it for a later event', async () => {
    const deliveries: Delivery[] = [{ kind: 'not-sent', error: 'refused' }, { kind: 'sent' }]
    const { mailer, claims, log } = parts(async () => deliveries.shift() ?? { kind: 'already-sent' })
    const once = onceOnly(mailer, claims)
    expect(await once.send(mail, signal)).toEqual({ kind: 'not-sent', error: 'refused' })
    expect(await once.send(mail, signal)).toEqual({ kind: 'sent' })
    expect(log).toEqual(['claim', 'send', 'release', 'claim', 'send'])
  })

  it('keeps the claim of a mail of which nobody knows whether it was sent', async () => {
    const { mailer, claims, log } = parts(() => Promise.reject(new Error('no answer')))
    const once = onceOnly(mailer, claims)
    await expect(once.send(mail, signal)).rejects.toThrow('no answer')
    expect(await once.send(mail, signal)).toEqual({ kind: 'already-sent' })
    expect(log).toEqual(['claim', 'send'])
  })

  it('sends nothing that it could not claim', async () => {
    const { mailer, claims, log } = parts(sent)
    const once = onceOnly(mailer, { ...claims, claim: () => Promise.reject(new Error('no table')) })
    await expect(once.send(mail, signal)).rejects.toThrow('no table')
    expect(log).toEqual([])
  })

  it('claims at the time of its clock, or of the process', async () => {
    const first = parts(sent)
    await onceOnly(first.mailer, first.claims, () => new Date(0)).send(mail, signal)
    expect(first.claimed.get('1')).toEqual(new Date(0))
    const second = parts(sent)
    const before = Date.now()
    await onceOnly(second.mailer, second.claims).send(mail, signal)
    expect(second.claimed.get('1')?.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('needs what its mailer and its claims need', () => {
    const { mailer, claims } = parts(sent)
    const need = (on: string) => ({ needs: [{ actions: ['x:Y'], on }] })
    const once = onceOnly({ ...mailer, ...need('A') }, { ...claims, ...need('B') })
    expect(once.needs?.map(({ on }) => on)).toEqual(['A', 'B'])
    expect(onceOnly(mailer, claims).needs).toEqual([])
  })
})
