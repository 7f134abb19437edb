import type { DeclaredSteps } from '../../src/custom-challenge/match-session.ts'

/*
 * An oracle that is written in another way than the function under test: it writes a session as one line of text, and matches the line
 * with one regular expression.
 */

const escapeText = (text: string): string => text.replace(/[^a-z]/g, (char) => `_${char.charCodeAt(0)}_`)

function writeEntry(entry: unknown): string {
  const { challengeName, challengeResult, challengeMetadata } = Object(entry)
  if (typeof challengeName !== 'string' || typeof challengeResult !== 'boolean') return '<broken>'
  const step = typeof challengeMetadata === 'string' ? `step=${escapeText(challengeMetadata.replace(/:.*$/s, ''))}` : 'no-step'
  return `<${challengeName} ${challengeResult ? 'ok' : 'no'} ${challengeName === 'CUSTOM_CHALLENGE' ? step : '-'}>`
}

/** Returns true if a session is exactly the declared steps, so that tokens may be issued. */
export function isComplete({ password, custom }: DeclaredSteps, session: unknown, status: string | undefined): boolean {
  if (!Array.isArray(session) || session.length > 64) return false
  const added = password ? '(?:<(?:SMS_MFA|EMAIL_OTP|SOFTWARE_TOKEN_MFA|DEVICE_SRP_AUTH|DEVICE_PASSWORD_VERIFIER) ok ->)*' : ''
  const must = status === 'FORCE_CHANGE_PASSWORD' || status === 'RESET_REQUIRED' ? '' : '?'
  const start = `(?:<SRP_A ok -><PASSWORD_VERIFIER ok ->|<ADMIN_NO_SRP_AUTH ok ->)${added}(?:<NEW_PASSWORD_REQUIRED ok ->)${must}${added}`
  const steps = custom.map(({ name, attempts }) => {
    const wrong = `<CUSTOM_CHALLENGE no step=${escapeText(name)}>${added}`
    return `(?:${wrong}){0,${attempts - 1}}<CUSTOM_CHALLENGE ok step=${escapeText(name)}>${added}`
  })
  return new RegExp(`^${password ? start : ''}${steps.join('')}$`).test(session.map(writeEntry).join(''))
}

/** Returns the number of custom challenges that passed. */
export function countPassed(session: readonly unknown[]): number {
  return session.filter((entry) => /^<CUSTOM_CHALLENGE ok/.test(writeEntry(entry))).length
}
