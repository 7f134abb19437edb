// Matches the completed steps of a sign-in with the declared steps.
//
// Invariants
//  1. `passed` is returned only if each declared step has an entry that passed, in the declared order. The app chooses the first
//     challenge of a sign-in, so the function never trusts the position of an entry alone.
//  2. A custom step matches only an entry whose metadata has the step's name. Our own CreateAuthChallenge writes the metadata.
//  3. An entry that the declared steps do not explain fails the sign-in.

import { isObject } from '../shared/rules/invocation.ts'

/** A custom step, as far as the order of steps depends on it. */
export interface OrderedStep {
  readonly name: string
  /** The answers that a sign-in permits, of which the last must be right. */
  readonly attempts: number
}

/** The declared steps of a sign-in. */
export interface DeclaredSteps {
  /** True if the sign-in starts with the password. */
  readonly password: boolean
  readonly custom: readonly OrderedStep[]
}

/** The next step of a sign-in. */
export type Match =
  | { readonly kind: 'password'; readonly challenge: 'PASSWORD_VERIFIER' | 'NEW_PASSWORD_REQUIRED' }
  /** `state` is the state of the same challenge, if the user has answered it wrongly. */
  | { readonly kind: 'custom'; readonly step: string; readonly state: string | undefined }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: 'password-not-checked' | 'not-the-steps' | 'attempts-used' }

/** The challenges that Cognito adds to a sign-in with a password, if the pool or the user has MFA or remembered devices. */
const ADDED_BY_COGNITO: ReadonlySet<string> = new Set([
  'SMS_MFA',
  'EMAIL_OTP',
  'SOFTWARE_TOKEN_MFA',
  'DEVICE_SRP_AUTH',
  'DEVICE_PASSWORD_VERIFIER',
])

/** The states of users who must set a new password, after Cognito has checked the password. */
const NEEDS_PASSWORD: ReadonlySet<unknown> = new Set(['FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'])

/** No sign-in needs more entries. */
const MOST_ENTRIES = 64

interface Entry {
  readonly name: string
  readonly passed: boolean
  readonly metadata: string | undefined
}

/**
 * Returns the next step of a sign-in.
 *
 * @param session The completed steps of the event. They may have any shape.
 * @param status The user's `cognito:user_status`.
 */
export function matchSession({ password, custom }: DeclaredSteps, session: unknown, status: string | undefined): Match {
  const entries = readEntries(session)
  if (entries === undefined) return failed('not-the-steps')
  if (!password) return matchCustom(custom, entries)
  const [first, second] = entries
  if (isPassed(first, 'ADMIN_NO_SRP_AUTH')) return matchAfterPassword(custom, entries.slice(1), status)
  if (!isPassed(first, 'SRP_A')) return failed('password-not-checked')
  if (second === undefined) return { kind: 'password', challenge: 'PASSWORD_VERIFIER' }
  return isPassed(second, 'PASSWORD_VERIFIER') ? matchAfterPassword(custom, entries.slice(2), status) : failed('password-not-checked')
}

function matchAfterPassword(custom: readonly OrderedStep[], entries: readonly Entry[], status: string | undefined): Match {
  const [next, ...rest] = entries.filter(({ name, passed }) => !(passed && ADDED_BY_COGNITO.has(name)))
  if (isPassed(next, 'NEW_PASSWORD_REQUIRED')) return matchCustom(custom, rest)
  if (!NEEDS_PASSWORD.has(status)) return matchCustom(custom, next === undefined ? [] : [next, ...rest])
  return next === undefined ? { kind: 'password', challenge: 'NEW_PASSWORD_REQUIRED' } : failed('password-not-checked')
}

function matchCustom(custom: readonly OrderedStep[], entries: readonly Entry[]): Match {
  let at = 0
  for (const { name, attempts } of custom) {
    let state: string | undefined
    for (let wrong = 0; ; wrong += 1) {
      const entry = entries[at]
      if (entry === undefined) return wrong < attempts ? { kind: 'custom', step: name, state } : failed('attempts-used')
      const found = parseMetadata(entry.metadata)
      if (entry.name !== 'CUSTOM_CHALLENGE' || found.step !== name || wrong >= attempts) return failed('not-the-steps')
      at += 1
      if (entry.passed) break
      state = found.state
    }
  }
  return at === entries.length ? { kind: 'passed' } : failed('not-the-steps')
}

function failed(reason: Extract<Match, { kind: 'failed' }>['reason']): Match {
  return { kind: 'failed', reason }
}

function isPassed(entry: Entry | undefined, name: string): boolean {
  return entry?.name === name && entry.passed
}

/** Reads a session. Returns undefined if an entry is malformed, or if there are too many. */
function readEntries(session: unknown): readonly Entry[] | undefined {
  if (!Array.isArray(session) || session.length > MOST_ENTRIES) return undefined
  const entries: Entry[] = []
  for (const each of session) {
    if (!isObject(each) || typeof each.challengeName !== 'string' || typeof each.challengeResult !== 'boolean') return undefined
    const { challengeName: name, challengeResult: passed, challengeMetadata: metadata } = each
    entries.push({ name, passed, metadata: typeof metadata === 'string' ? metadata : undefined })
  }
  return entries
}

/** Returns the metadata of a challenge: the name of its step, and the state that the step keeps for the next attempt. */
export function formatMetadata(step: string, state: string | undefined): string {
  return state === undefined ? step : `${step}:${state}`
}

function parseMetadata(metadata: string | undefined): { readonly step: string | undefined; readonly state: string | undefined } {
  const colon = metadata?.indexOf(':') ?? -1
  if (metadata === undefined || colon === -1) return { step: metadata, state: undefined }
  return { step: metadata.slice(0, colon), state: metadata.slice(colon + 1) }
}
