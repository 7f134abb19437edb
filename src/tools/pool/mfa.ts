import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isVerified } from './attributes.ts'
import type { MfaMethod, Pool, User } from './model.ts'

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_SECONDS = 30
const SECRET_BYTES = 20

/** Creates the secret of an authenticator app, in base 32. */
export function createTotpSecret(): string {
  const bits = [...randomBytes(SECRET_BYTES)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE_32[Number.parseInt(five, 2)]).join('')
}

/** Returns true for a code of the present time step, or of the one before or after. */
export function isTotp(secret: string, typed: string, now: number): boolean {
  if (!/^\d{6}$/.test(typed)) return false
  const step = Math.floor(now / 1000 / STEP_SECONDS)
  return [step - 1, step, step + 1].some((each) => timingSafeEqual(Buffer.from(createTotp(secret, each)), Buffer.from(typed)))
}

/**
 * Returns the code of a time step.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6238
 */
export function createTotp(secret: string, step: number): string {
  const bits = [...secret].map((letter) => BASE_32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0xf
  return String((hash.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0')
}

/**
 * Returns the methods with which a user must complete a sign-in, the preferred one alone. Empty without multi-factor authentication.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
 */
export function listFactors({ settings }: Pool, user: User): readonly MfaMethod[] {
  if (settings.MfaConfiguration === 'OFF') return []
  const { methods, preferred } = user.mfa
  if (preferred !== undefined && methods.includes(preferred)) return [preferred]
  if (methods.length > 0 || settings.MfaConfiguration === 'OPTIONAL') return methods
  // If the pool requires a second factor, a verified number or address is one.
  const byContact = [
    ...(isVerified(user, 'phone_number') ? (['SMS_MFA'] as const) : []),
    ...(isVerified(user, 'email') ? (['EMAIL_OTP'] as const) : []),
  ]
  return byContact.filter((method) => allowsMethod(settings.EnabledMfas, method))
}

/** Returns the first factors of a user in USER_AUTH, by the names of their challenges. */
export function listFirstFactors({ settings }: Pool, user: User | undefined): readonly string[] {
  return settings.Policies.SignInPolicy.AllowedFirstAuthFactors.flatMap((factor) => {
    if (factor === 'PASSWORD') return user === undefined || user.password !== undefined ? ['PASSWORD', 'PASSWORD_SRP'] : []
    if (factor === 'EMAIL_OTP') return user?.attributes.email === undefined ? [] : ['EMAIL_OTP']
    if (factor === 'SMS_OTP') return user?.attributes.phone_number === undefined ? [] : ['SMS_OTP']
    return []
  })
}

/** Returns true if the pool allows a method. A pool that names no methods allows an authenticator app and text messages. */
export function allowsMethod(enabled: readonly string[] | undefined, method: MfaMethod): boolean {
  return enabled === undefined ? method !== 'EMAIL_OTP' : enabled.includes(method)
}
