import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Signs an invitation, for the program that sends the link.
 *
 * @param email The address to send the link to. Send the link nowhere else, because the invitation proves access to this mailbox.
 * @param until When the invitation expires.
 * @example
 * `https://app.example.com/sign-up?invite=${signInvite('guest@elsewhere.example', new Date('2026-01-31'), key)}`
 */
export function signInvite(email: string, until: Date, key: string): string {
  const seconds = Math.floor(until.getTime() / 1000)
  return `${seconds}.${signature(email, seconds, key)}`
}

/** Returns true if the invitation was signed for this address and has not expired. */
export function isInvite(invite: string, email: string, now: Date, key: string): boolean {
  const [seconds = '', signed = ''] = invite.split('.')
  const expected = Buffer.from(signature(email, Number(seconds), key))
  const given = Buffer.from(signed)
  // Compares in constant time, so that response times do not reveal the signature.
  return given.length === expected.length && timingSafeEqual(given, expected) && now.getTime() < Number(seconds) * 1000
}

function signature(email: string, seconds: number, key: string): string {
  return createHmac('sha256', key).update(`invite\n${email.toLowerCase()}\n${seconds}`).digest('base64url')
}
