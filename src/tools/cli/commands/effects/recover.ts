import { EFFECT_LOST } from '../../../../shared/lambda/report.ts'
import { type Line, splitLines } from '../../../../shared/lines.ts'
import type { LostEffect } from '../../../../shared/rules/errors.ts'
import type { Delivery } from '../../../../shared/rules/once.ts'
import { UsageError } from '../../../lib/errors.ts'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import { formatCount } from '../../text.ts'
import type { EffectsServices } from './effects.ts'
import { formatEffectCount, formatEffectKey } from './list.ts'
import { readLostEffects } from './lost.ts'

const MOST_NAMED = 20

/**
 * Adds lost effects from a log to the ledger, and releases the claims of lost effects that never ran. Does not change any
 * other effect in the ledger.
 */
export async function recoverEffects(
  services: EffectsServices,
  chunks: AsyncIterable<string>,
  delivery: Delivery,
  io: Io,
): Promise<number> {
  const counts = { added: 0, released: 0, known: 0, failed: 0 }
  const seen = new Set<string>()
  let unreadable = 0
  // A log can have a million invalid lines, so the command prints only the first ones. The summary contains the total.
  const complain = (line: string): void => {
    if (unreadable + counts.failed < MOST_NAMED) io.err([line])
  }
  for await (const found of readLostEffects(takeUntilAborted(splitLines(readChunks(chunks)), io.signal))) {
    if (found.kind === 'unreadable') {
      complain(`line ${found.number}: contains '${EFFECT_LOST}', but is not a complete log line of a handler`)
      unreadable += 1
      continue
    }
    // Compares the token of the claim too, because a log may contain several lost claims of one effect, and the ledger may hold any of them.
    const line = `${formatEffectKey(found.effect)} ${found.effect.token}`
    if (seen.has(line)) continue
    seen.add(line)
    const outcome = await recover(services, found.effect, delivery, io.signal, complain)
    counts[outcome] += 1
  }
  const { added, released, known, failed } = counts
  const parts = [
    `${added} added to the ledger`,
    ...(released > 0 ? [`${formatCount(released, 'claim')} released`] : []),
    `${known} already there`,
    ...(failed > 0 ? [`${failed} not recovered`] : []),
    ...(unreadable > 0 ? [formatCount(unreadable, 'unreadable line')] : []),
  ]
  await io.out([seen.size + unreadable === 0 ? 'Found no lost effects' : `${formatEffectCount(seen.size)} lost: ${parts.join(', ')}`])
  return failed + unreadable > 0 || io.signal.aborted ? EXIT.unexpected : EXIT.fine
}

async function recover(
  { effects, pendingEffects }: EffectsServices,
  lost: LostEffect,
  delivery: Delivery,
  signal: AbortSignal,
  complain: (line: string) => void,
): Promise<'added' | 'released' | 'known' | 'failed'> {
  const { token: _, ...queued } = lost
  try {
    if (await pendingEffects.enqueue({ ...queued, delivery }, signal)) return 'added'
    return (await effects.release(lost, signal)) ? 'released' : 'known'
  } catch (error) {
    complain(`${formatEffectKey(lost)}: ${describeAwsError(error)}`)
    return 'failed'
  }
}

/** Turns an error of the input into a UsageError, so that it is not reported as an error of the table. */
async function* readChunks(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* chunks
  } catch (error) {
    throw new UsageError(`Cannot read the log lines: ${describeAwsError(error)}`)
  }
}

async function* takeUntilAborted(lines: AsyncIterable<Line>, signal: AbortSignal): AsyncGenerator<Line> {
  for await (const line of lines) {
    if (signal.aborted) return
    yield line
  }
}
