import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The events that the programs run: texts, so that each invocation gets one that nobody has touched. */
export interface Events {
  /** Approved, and confirmed. */
  readonly approved: string
  /** Approved, and left to Cognito's code. */
  readonly unconfirmed: string
  readonly denied: readonly string[]
  /** Denied by what checks more of an address than the text behind its first `@`. */
  readonly awkward: readonly string[]
  /** No events at all. */
  readonly malformed: readonly string[]
  /** A refresh of a user who is not blocked, and of one who is. */
  readonly refreshed: string
  readonly blocked: string
  /** A confirmed user, another in every invocation: `$N` stands for a number. */
  readonly confirmed: string
}

/** Reads them from the sample events. */
export async function readEvents(root: string): Promise<Events> {
  const read = async (name: string): Promise<string> =>
    JSON.stringify(JSON.parse(await readFile(join(root, 'events', `${name}.json`), 'utf8')))
  const approved = await read('pre-signup/sign-up-mary')
  return {
    approved,
    unconfirmed: await read('pre-signup/sign-up-subdomain'),
    denied: [await read('pre-signup/sign-up-other-domain'), await read('pre-signup/sign-up-look-alike-domain')],
    awkward: [await read('pre-signup/sign-up-two-at-signs'), await read('pre-signup/sign-up-quoted-local-part')],
    malformed: ['"text"', JSON.stringify({ ...JSON.parse(approved), request: { userAttributes: 'text' } })],
    refreshed: emptyResponse(await read('pre-token/refresh')),
    blocked: emptyResponse(await read('pre-token/blocked-refresh-by-sub')),
    confirmed: confirmedUser(await read('post-confirmation/confirm-mary')),
  }
}

/** As AWS prints it: Powertools' schema drops the fields that Cognito sends as null, and all programs must give the same answer. */
function emptyResponse(sample: string): string {
  return JSON.stringify({ ...JSON.parse(sample), response: {} })
}

/** The address of a confirmed user. */
export function createAddress(n: number | '$N'): string {
  return `mary-${n}@example.com`
}

/** The `sub` of a confirmed user. */
export function createSub(n: number | '$N'): string {
  return `6c4a1d9e-2b57-4f80-9a3c-${n}`
}

function confirmedUser(sample: string): string {
  const event = JSON.parse(sample)
  const userAttributes = { ...event.request.userAttributes, sub: createSub('$N'), email: createAddress('$N') }
  return JSON.stringify({ ...event, userName: 'mary-$N', request: { ...event.request, userAttributes } })
}
