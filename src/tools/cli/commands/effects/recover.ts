import { EFFECT_LOST } from '../../../../shared/lambda/report.ts'
import { type Line, splitLines } from '../../../../shared/lines.ts'
import type { LostEffect } from '../../../../shared/rules/errors.ts'
import type { Delivery } from '../../../../shared/rules/once.ts'
import { UsageError } from '../../../lib/errors.ts'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import type { EffectsServices } from './effects.ts'
import { formatEffectCount, formatEffectKey } from './list.ts'
import { readLostEffects } from './lost.ts'

const MOST_NAMED = 20

/**
 * Puts effects into the ledger that nothing but a log knows of, and gives back claims under which nothing ran. Anything else
 * that the ledger knows stays as it is.
 */
export async function recoverEffects(
  services: EffectsServices,
  chunks: AsyncIterable<string>,
  delivery: Delivery,
  io: Io,
): Promise<number> {
  const counts = { put: 0, released: 0, known: 0, failed: 0 }
  const seen = new Set<string>()
  let unreadable = 0
  // Of a million such lines nobody reads them all; the last line counts them.
  const complain = (line: string): void => {
    if (unreadable + counts.failed < MOST_NAMED) io.err([line])
  }
  for await (const found of readLostEffects(takeUntilAborted(splitLines(readChunks(chunks)), io.signal))) {
    if (found.kind === 'unreadable') {
      complain(`line ${found.number}: has '${EFFECT_LOST}' in it, but is not a whole line of a handler's log`)
      unreadable += 1
      continue
    }
    // Several claims of one effect can be lost, and any of them may be the one that was written.
    const line = `${formatEffectKey(found.effect)} ${found.effect.token}`
    if (seen.has(line)) continue
    seen.add(line)
    const outcome = await recover(services, found.effect, delivery, io.signal, complain)
    counts[outcome] += 1
  }
  const { put, released, known, failed } = counts
  const parts = [
    `${put} put into the ledger`,
    ...(released > 0 ? [`${released} given back`] : []),
    `${known} known to it already`,
    ...(failed > 0 ? [`${failed} not recovered`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable ${unreadable === 1 ? 'line' : 'lines'}`] : []),
  ]
  await io.out([
    seen.size + unreadable === 0 ? 'No lost effect in these lines' : `${formatEffectCount(seen.size)} lost: ${parts.join(', ')}`,
  ])
  return failed + unreadable > 0 || io.signal.aborted ? EXIT.unexpected : EXIT.fine
}

async function recover(
  { effects, pendingEffects }: EffectsServices,
  lost: LostEffect,
  delivery: Delivery,
  signal: AbortSignal,
  complain: (line: string) => void,
): Promise<'put' | 'released' | 'known' | 'failed'> {
  const { token: _, ...queued } = lost
  try {
    if (await pendingEffects.enqueue({ ...queued, delivery }, signal)) return 'put'
    return (await effects.release(lost, signal)) ? 'released' : 'known'
  } catch (error) {
    complain(`${formatEffectKey(lost)}: ${describeAwsError(error)}`)
    return 'failed'
  }
}

/** What the lines come from is the caller's: where it cannot be read, the ledger is not to blame. */
async function* readChunks(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* chunks
  } catch (error) {
    throw new UsageError(`The lines cannot be read: ${describeAwsError(error)}`)
  }
}

async function* takeUntilAborted(lines: AsyncIterable<Line>, signal: AbortSignal): AsyncGenerator<Line> {
  for await (const line of lines) {
    if (signal.aborted) return
    yield line
  }
}
