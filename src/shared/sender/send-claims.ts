import { createHash } from 'node:crypto'
import type { RulePermission } from '../rules/rule.ts'
import type { SenderEvent } from './sender.ts'

/**
 * Port that prevents a message from being sent again when Lambda repeats an event. It stores a hash and an expiry, and nothing to send.
 *
 * A message is sent at least once, because a lost code blocks a user, and a repeated message has the same code. A crash while sending
 * leaves a claim that expires before Lambda's retry.
 */
export interface SendClaims {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /**
   * Claims a message for less than a minute, because Lambda repeats a failed event after a minute.
   *
   * @param token Identifies the caller, so that a repeated call finds its own claim.
   * @returns false if the message was sent, or another invocation is sending it.
   */
  readonly claim: (message: string, token: string, signal: AbortSignal) => Promise<boolean>
  /** Keeps the claim of a sent message until Lambda can no longer repeat the event. */
  readonly keep: (message: string, signal: AbortSignal) => Promise<void>
  /** Removes the claim of a message that must be sent again. */
  readonly release: (message: string, signal: AbortSignal) => Promise<void>
}

/** The longest time to write a claim after sending, in milliseconds. Sending may have used up the time of the rule. */
const WRITE_MS = 2000

/**
 * Sends a message, unless it was sent already.
 *
 * @param claims Without claims, a repeated event sends the message again.
 * @returns false if the message was sent already.
 * @throws the error of `send`, after releasing the claim, so that Lambda's retry sends the message.
 */
export async function sendOnce(
  claims: SendClaims | undefined,
  event: SenderEvent,
  signal: AbortSignal,
  send: () => Promise<void>,
): Promise<boolean> {
  if (claims === undefined) {
    await send()
    return true
  }
  const message = identifyMessage(event)
  if (!(await claims.claim(message, crypto.randomUUID(), signal))) return false
  try {
    signal.throwIfAborted()
    await send()
  } catch (error) {
    await claims.release(message, AbortSignal.timeout(WRITE_MS)).catch(() => undefined)
    throw error
  }
  // The message is sent. If this write fails, only a second delivery of the same event could send it again.
  await claims.keep(message, AbortSignal.timeout(WRITE_MS)).catch(() => undefined)
  return true
}

/** Returns a hash of the message. Each ciphertext is unique. A notification without a code is identified by its attributes. */
export function identifyMessage({ triggerSource, userPoolId, userName, request }: SenderEvent): string {
  const content = request.code ?? request.userAttributes ?? null
  return createHash('sha256')
    .update(JSON.stringify(['sent', triggerSource, userPoolId, userName, content]))
    .digest('base64url')
}
