import type { AttributeMap } from '../shared/cognito/event.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import type { MessageSample, RulePermission } from '../shared/rules/rule.ts'
import { crypto } from './crypto.ts'
import { type Challenge, type ChallengeContext, type ChallengeStep, defineChallenge } from './steps.ts'

/** The options of every step with a code. */
export interface CodeOptions {
  /** The key of the hashes of codes: a random secret of at least 16 characters. Without it, a code could be found by trying all. */
  readonly key: string
  /** The length of a code, 6 by default, from 6 to 10. */
  readonly digits?: number
  /** The lifetime of a code in seconds, 300 by default. Cognito's own limit, `AuthSessionValidity` of the app client, may be shorter. */
  readonly expiresInSeconds?: number
  /** The number of answers in one sign-in, 3 by default. */
  readonly attempts?: number
  /** Returns the current time, for tests. */
  readonly now?: () => Date
}

/** The names of the options of every step with a code. */
export const CODE_OPTIONS = ['key', 'digits', 'expiresInSeconds', 'attempts', 'now'] as const

/** The parts of a step that differ between email and SMS. */
export interface CodeMedium {
  readonly name: string
  readonly permissions: readonly RulePermission[] | undefined
  readonly samples: () => readonly MessageSample[]
  /** Sends a code. Returns false if the user has no address that may get one. */
  readonly send: (code: string, ctx: ChallengeContext) => Promise<boolean>
}

/** A code as Cognito keeps it. */
interface HashedCode extends AttributeMap {
  readonly salt: string
  readonly hash: string
  /** The end of the code's lifetime, in seconds since 1970. */
  readonly expiresAt: string
}

const MIN_KEY_LENGTH = 16
/** A user may paste a code with spaces. */
const LONGEST_CODE = 40

/**
 * Makes a step in which the user types a code from a message. A sign-in has one code: a second attempt uses the same code.
 *
 * Cognito keeps the code only as a keyed hash with a salt, in the private parameters and in the metadata of the challenge.
 */
export function codeStep(owner: string, medium: CodeMedium, options: CodeOptions): ChallengeStep {
  const { key, digits = 6, expiresInSeconds = 300, attempts, now = () => new Date() } = options
  if (typeof key !== 'string' || key.length < MIN_KEY_LENGTH)
    throw new TypeError(`${owner}: key is ${describeKey(key)}; expected a random secret of at least ${MIN_KEY_LENGTH} characters`)
  assertInteger(`${owner}: digits`, digits, 6, 10)
  assertInteger(`${owner}: expiresInSeconds`, expiresInSeconds, 30, 900)
  const { name, send, permissions, samples } = medium
  const hash = (salt: string, code: string): string =>
    crypto()
      .createHmac('sha256', key)
      .update(JSON.stringify([name, salt, code]))
      .digest()
      .subarray(0, 16)
      .toString('base64url')
  const toChallenge = (secret: HashedCode): Challenge<HashedCode> => ({
    public: { digits: String(digits) },
    secret,
    state: `${secret.expiresAt}.${secret.salt}.${secret.hash}`,
  })
  /** Makes a code. Unknown users get one too, which is not sent, so that they cost the same time. */
  const make = (): { readonly code: string; readonly challenge: Challenge<HashedCode> } => {
    const code = String(crypto().randomInt(10 ** digits)).padStart(digits, '0')
    const salt = crypto().randomBytes(12).toString('base64url')
    const expiresAt = String(Math.floor(now().getTime() / 1000) + expiresInSeconds)
    return { code, challenge: toChallenge({ salt, hash: hash(salt, code), expiresAt }) }
  }

  return defineChallenge<HashedCode>({
    name,
    sends: true,
    ...(attempts !== undefined && { attempts }),
    ...(permissions && { permissions }),
    samples,
    async create(ctx) {
      const { code, challenge } = make()
      return (await send(code, ctx)) ? challenge : undefined
    },
    decoy: () => make().challenge,
    again(_, state) {
      const [expiresAt, salt, stored] = state.split('.')
      return expiresAt && salt && stored ? toChallenge({ expiresAt, salt, hash: stored }) : undefined
    },
    verify({ answer, secret }) {
      const code = answer.slice(0, LONGEST_CODE).replace(/\s/g, '')
      const same = isSameText(hash(secret.salt, code), secret.hash)
      return same && now().getTime() < Number(secret.expiresAt) * 1000
    },
  })
}

/** Compares in constant time. A missing hash is never equal. */
function isSameText(one: string, other: string | undefined): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other ?? '')]
  return a.length === b.length && crypto().timingSafeEqual(a, b)
}

// Describes a key without its text, because an error may be logged.
function describeKey(key: unknown): string {
  return typeof key === 'string' ? 'too short' : describeValue(key)
}

function assertInteger(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${what} is ${value}; expected an integer from ${least} to ${most}`)
}
