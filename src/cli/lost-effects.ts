import type { Line } from '../replay/lines.ts'
import { EFFECT_LOST } from '../shared/lambda/log/lost-line.ts'
import type { LostEffect } from '../shared/rules/effect-lost.ts'

/** What a log line says of a lost effect. */
export type LostLine = { readonly kind: 'lost'; readonly effect: LostEffect } | { readonly kind: 'unreadable'; readonly number: number }

/**
 * Finds the lines by which handlers tell of effects that no ledger knows. They may stand in a field `message`, as CloudWatch
 * exports them, or behind a time stamp, as its tail prints them; any other line is passed over.
 */
export async function* lostEffects(lines: AsyncIterable<Line>): AsyncGenerator<LostLine> {
  for await (const { number, text } of lines) {
    if (!text.includes(EFFECT_LOST)) continue
    const found = effectIn(text)
    if (found === 'unreadable') yield { kind: 'unreadable', number }
    else if (found !== undefined) yield { kind: 'lost', effect: found }
  }
}

/** Undefined for a line that tells of something else and only has the words in it. */
function effectIn(text: string): LostEffect | 'unreadable' | undefined {
  // A field of an object, or an item of a list, that is printed over several lines.
  const field = /^(?:"message":\s*)?(".*"),?$/.exec(text)?.[1]
  const value = parsed(field ?? text.slice(text.indexOf('{')))
  if (typeof value === 'string') return effectIn(value.trim())
  if (!isRecord(value)) return 'unreadable'
  const { message, userPoolId, sub, effect, token, triggerSource, appClient } = value
  if (message !== EFFECT_LOST) return typeof message === 'string' && message.includes(EFFECT_LOST) ? effectIn(message.trim()) : undefined
  const isWhole = isText(userPoolId) && isText(sub) && isText(effect) && isText(token)
  if (!isWhole) return 'unreadable'
  return { userPoolId, sub, effect, token, ...(isText(triggerSource) && { triggerSource }), ...(isText(appClient) && { appClient }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
