import type { AttributeMap } from '../cognito/event.ts'
import type { CompiledCatalogue, WrittenMessage } from '../messages/catalogue.ts'
import type { MessageValues } from '../messages/texts.ts'
import { done, type Outcome, skip } from '../rules/outcome.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { RuleContext } from '../rules/trigger.ts'
import { type SendClaims, sendOnce } from './send-claims.ts'
import { type CodeReader, readMessageName, type Sender } from './sender.ts'

/** The parts that both senders have. */
export interface SenderParts {
  readonly code: CodeReader
  readonly claims: SendClaims | undefined
  readonly texts: CompiledCatalogue
}

/** The recipient of a message. */
export interface Recipient {
  /** The address or phone number. */
  readonly to: string
  /** The user's attributes, for the language and the name. */
  readonly attributes: AttributeMap
  /** The values of a message that has no code. */
  readonly values?: MessageValues
}

/** The constant reasons of `sendMessage`, for the rules that call it. */
export const SENDING: { readonly reasons: readonly string[] } = { reasons: ['no-code', 'no-text', 'already-sent'] }

/**
 * Decrypts the code of an event, writes the message and sends it once.
 *
 * @param send Returns undefined if the message has no text for this channel.
 */
export async function sendMessage<T extends Sender>(
  ctx: RuleContext<T>,
  { code, claims, texts }: SenderParts,
  { to, attributes, values }: Recipient,
  send: (message: WrittenMessage) => (() => Promise<void>) | undefined,
): Promise<Outcome<Sender>> {
  const { event, user } = ctx
  const { clientMetadata } = event.request
  // Only messages without a code have values of their own.
  if (values === undefined && !event.request.code) return skip('no-code', 'The event has no code to send')
  const username = user.userName === user.sub ? to : user.userName
  const given = values ?? { code: await code.read(ctx), username }
  const message = texts.write(readMessageName(event), { attributes, clientMetadata }, given)
  const sending = message && send(message)
  if (sending === undefined) return skip('no-text', 'The catalogue has no text for this message')
  return (await sendOnce(claims, event, ctx.signal, sending)) ? done() : skip('already-sent', 'An earlier delivery of the event sent it')
}

/** Returns the permissions of all parts. A part without declared permissions leaves them undeclared. */
export function mergePermissions(
  ...parts: readonly ({ readonly permissions?: readonly RulePermission[] } | undefined)[]
): readonly RulePermission[] | undefined {
  const all = parts.flatMap((part) => (part === undefined ? [] : [part.permissions]))
  return all.includes(undefined) ? undefined : all.flatMap((each) => each ?? [])
}

/**
 * Checks that the fallback language has a text for each message, because Cognito sends none.
 *
 * @throws TypeError with the message's name.
 */
export function assertComplete(owner: string, texts: CompiledCatalogue, channel: 'email' | 'sms', names: readonly string[]): void {
  const samples: MessageValues = { code: '123456', username: 'mary' }
  const missing = names.find((name) => texts.write(name, { attributes: {} }, samples)?.[channel] === undefined)
  if (missing !== undefined)
    throw new TypeError(`${owner}: the fallback language has no ${channel} for ${missing}, and Cognito sends no message of its own`)
}
