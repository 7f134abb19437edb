import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The events for the programs, as JSON text, so that each invocation gets an unchanged copy. */
export interface Events {
  /** A sign-up that is approved and confirmed. */
  readonly approved: string
  /** A sign-up that is approved but not confirmed, so that Cognito sends a code. */
  readonly unconfirmed: string
  /** Sign-ups that are denied. */
  readonly denied: readonly string[]
  /** Sign-ups that are denied by programs that check more than the text after the first `@`. */
  readonly awkward: readonly string[]
  /** Values that are not valid events. */
  readonly malformed: readonly string[]
  /** A token refresh of a user who is not blocked. */
  readonly refreshed: string
  /** A token refresh of a blocked user. */
  readonly blocked: string
  /** A request for a message with a code. */
  readonly messaged: string
  /** The expected response to `messaged`. */
  readonly message: object
  /** A custom challenge whose next step is a code by email. */
  readonly defined: string
  /** The expected response to `defined`. */
  readonly step: object
  /** A confirmation. Each invocation replaces `$N` by a new number, so that each event has a new user. */
  readonly confirmed: string
}

/** Builds the events from the sample events. */
export async function readEvents(root: string): Promise<Events> {
  const read = async (name: string): Promise<string> =>
    JSON.stringify(JSON.parse(await readFile(join(root, 'events', `${name}.json`), 'utf8')))
  const readResponse = async (name: string): Promise<object> => JSON.parse(await read(`${name}.expect`)).response
  const approved = await read('pre-signup/sign-up-mary')
  return {
    approved,
    unconfirmed: await read('pre-signup/sign-up-subdomain'),
    denied: [await read('pre-signup/sign-up-other-domain'), await read('pre-signup/sign-up-look-alike-domain')],
    awkward: [await read('pre-signup/sign-up-two-at-signs'), await read('pre-signup/sign-up-quoted-local-part')],
    malformed: ['"text"', JSON.stringify({ ...JSON.parse(approved), request: { userAttributes: 'text' } })],
    refreshed: emptyResponse(await read('pre-token/refresh')),
    blocked: emptyResponse(await read('pre-token/blocked-refresh-by-sub')),
    message: await readResponse('custom-message/sign-up-mary'),
    step: await readResponse('custom-challenge/next-password-mary'),
    messaged: await read('custom-message/sign-up-mary'),
    defined: dropNullMetadata(await read('custom-challenge/next-password-mary')),
    confirmed: confirmedUser(await read('post-confirmation/confirm-mary')),
  }
}

/**
 * Empties the response, as in the AWS docs. Powertools' schema drops null fields, so with them, its answer would differ from the
 * others.
 */
function emptyResponse(sample: string): string {
  return JSON.stringify({ ...JSON.parse(sample), response: {} })
}

/** Removes the metadata that Cognito sends as null, because Powertools' schema rejects null. */
function dropNullMetadata(sample: string): string {
  return sample.replaceAll(',"challengeMetadata":null', '')
}

/** Returns the email address of a confirmed user. */
export function createAddress(n: number | '$N'): string {
  return `mary-${n}@example.com`
}

/** Returns the `sub` of a confirmed user. */
export function createSub(n: number | '$N'): string {
  return `6c4a1d9e-2b57-4f80-9a3c-${n}`
}

function confirmedUser(sample: string): string {
  const event = JSON.parse(sample)
  const userAttributes = { ...event.request.userAttributes, sub: createSub('$N'), email: createAddress('$N') }
  return JSON.stringify({ ...event, userName: 'mary-$N', request: { ...event.request, userAttributes } })
}
