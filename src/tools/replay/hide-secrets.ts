import { isObject } from '../../shared/rules/invocation.ts'

const HIDDEN = '[secret]'
// Shorter texts are part of other texts, such as `Bearer`.
const SHORTEST = 8
// The parts of a federated sign-in that may be a raw token or assertion.
const RAW = ['idToken', 'samlResponse'] as const

/**
 * Replaces secrets of an event in the texts of a handler's reply, because replay and explain print the messages of errors and explanations.
 * The secrets are the tokens of an identity provider and a password. The answer itself (`json`) keeps them, because it contains the event.
 */
export function hideSecrets<Value>(reply: Value, event: unknown): Value {
  const secrets = listSecrets(event)
  if (reply === undefined || secrets.length === 0) return reply
  const hide = (text: string): string => secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text)
  return JSON.parse(JSON.stringify(reply), (key, value) => (typeof value === 'string' && key !== 'json' ? hide(value) : value))
}

/** Returns the secrets of an event, longest first, because one may contain another. */
function listSecrets(event: unknown): readonly string[] {
  const request = isObject(event) && isObject(event.request) ? event.request : {}
  const attributes = isObject(request.attributes) ? request.attributes : {}
  const tokens = Object.entries(isObject(attributes.tokenResponse) ? attributes.tokenResponse : {}).flatMap(([name, value]) =>
    name.endsWith('token') ? [value] : [],
  )
  return [request.password, ...tokens, ...RAW.map((part) => attributes[part])]
    .filter((value) => typeof value === 'string')
    .filter((text) => text.length >= SHORTEST)
    .toSorted((one, other) => other.length - one.length)
}
