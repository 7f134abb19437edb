import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Signs an invitation: for whatever mails the link.
 *
 * @param email To whom the link is mailed, and nowhere else: holding it must prove that its holder reads that mailbox.
 * @example
 * `https://app.example.com/sign-up?invite=${signInvite('guest@elsewhere.example', new Date('2026-01-31'), key)}`
 */
export function signInvite(email: string, until: Date, key: string): string {
  const seconds = Math.floor(until.getTime() / 1000)
  return `${seconds}.${signature(email, seconds, key)}`
}

/** Whether an invitation was signed for this address and has not ended. */
export function isInvite(invite: string, email: string, now: Date, key: string): boolean {
  const [seconds = '', signed = ''] = invite.split('.')
  const expected = Buffer.from(signature(email, Number(seconds), key))
  const given = Buffer.from(signed)
  // In constant time, so that nobody can find a signature out byte by byte.
  return given.length === expected.length && timingSafeEqual(given, expected) && now.getTime() < Number(seconds) * 1000
}

function signature(email: string, seconds: number, key: string): string {
  return createHmac('sha256', key).update(`invite\n${email.toLowerCase()}\n${seconds}`).digest('base64url')
}
