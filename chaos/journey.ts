import type { Cognito, Delivered } from './driver.ts'
import { draw } from './random.ts'
import { confirmationEvent, signedInEvent, signInEvent, signUpEvent, type User } from './users.ts'

/** The result of a user's sign-up and sign-ins. */
export interface Journey {
  readonly user: User
  /** True if Cognito has confirmed the user. After that, the user's profile and effects must not be lost. */
  readonly confirmed: boolean
  /** Number of approvals of a user whom a rule must deny. */
  readonly wronglyApproved: number
  /** True if an allowed user was still not let in after the last attempt. */
  readonly turnedAway: boolean
}

// Number of sign-up or sign-in attempts after which an allowed user gives up.
const PATIENCE = 10
const DENIED_TRIES = 3
// Share of confirmations that Cognito delivers again later, and share of confirmations that it delivers twice at the same time.
const REPEATED = 0.1
const AT_ONCE = 0.1

/**
 * Runs a user's sign-up, confirmation and first sign-in. An existing user signs in twice instead. A user whom a rule must deny tries
 * three times.
 */
export async function travel(user: User, cognito: Cognito, seed: number): Promise<Journey> {
  if (user.kind === 'stranger' || user.kind === 'uninvited')
    return expectDenial(user, () => signUp(user, cognito, DENIED_TRIES, keepTrying))
  if (user.kind === 'blocked') return expectDenial(user, () => enter(user, cognito, 'first', DENIED_TRIES, keepTrying))
  if (user.kind === 'veteran') {
    const wasIn = [await signIn(user, cognito, 'first'), await signIn(user, cognito, 'second')]
    return { user, confirmed: false, wronglyApproved: 0, turnedAway: wasIn.includes(false) }
  }
  const approved = await signUp(user, cognito, PATIENCE)
  if (approved === 0) return { user, confirmed: false, wronglyApproved: 0, turnedAway: true }
  await confirm(user, cognito, seed)
  return { user, confirmed: true, wronglyApproved: 0, turnedAway: !(await signIn(user, cognito, 'first')) }
}

/** Signs a user in. Returns true if the user was let in. */
export async function signIn(user: User, cognito: Cognito, occasion: string): Promise<boolean> {
  if ((await enter(user, cognito, occasion, PATIENCE)) === 0) return false
  await cognito.deliver({ name: 'post-auth', sub: user.sub, event: signedInEvent(user), occasion })
  return true
}

async function expectDenial(user: User, attempt: () => Promise<number>): Promise<Journey> {
  return { user, confirmed: false, wronglyApproved: await attempt(), turnedAway: false }
}

function signUp(user: User, cognito: Cognito, tries: number, goOn = untilApproved): Promise<number> {
  return repeatUntil(tries, goOn, (nth) =>
    cognito.deliver({ name: 'pre-signup', sub: user.sub, event: signUpEvent(user), occasion: `${nth}` }),
  )
}

function enter(user: User, cognito: Cognito, occasion: string, tries: number, goOn = untilApproved): Promise<number> {
  return repeatUntil(tries, goOn, (nth) =>
    cognito.deliver({ name: 'pre-auth', sub: user.sub, event: signInEvent(user), occasion: `${occasion} ${nth}` }),
  )
}

async function confirm(user: User, cognito: Cognito, seed: number): Promise<void> {
  const once = (occasion: string): Promise<Delivered> =>
    cognito.deliver({ name: 'post-confirmation', sub: user.sub, event: confirmationEvent(user), occasion })
  const atOnce = draw(seed, 'at-once', user.index) < AT_ONCE
  await Promise.all([once('first'), ...(atOnce ? [once('at once')] : [])])
  if (draw(seed, 'repeated', user.index) < REPEATED) await once('repeated')
}

const untilApproved = (approvals: number): boolean => approvals === 0
const keepTrying = (): boolean => true

/** Repeats an attempt while `goOn` is true. Returns the number of approvals. */
async function repeatUntil(
  tries: number,
  goOn: (approvals: number) => boolean,
  attempt: (nth: number) => Promise<Delivered>,
): Promise<number> {
  let approvals = 0
  for (let nth = 0; nth < tries && goOn(approvals); nth += 1) {
    if ((await attempt(nth)).kind === 'answered') approvals += 1
  }
  return approvals
}
