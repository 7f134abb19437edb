import { type EffectItem, type EffectRow, effectPk, isReadable } from '../../../../shared/ledger/effect-item.ts'
import type { EffectKey } from '../../../../shared/rules/once.ts'
import { EXIT, type Io } from '../../io.ts'
import type { EffectsServices } from './effects.ts'
import { describeEffect, formatEffectCount, formatEffectKey } from './list.ts'

/**
 * Sets a failed effect to pending, so that the sweeper runs it. Accepts an unknown effect only with `--even-unknown`, because an
 * unknown effect may have run already.
 */
export async function retryEffect({ effects }: EffectsServices, key: EffectKey, evenUnknown: boolean, io: Io): Promise<number> {
  if (await effects.retry(key, evenUnknown ? ['failed', 'unknown'] : ['failed'], io.signal)) {
    await io.out([`${formatEffectKey(key)} is due now. The sweeper will run it`])
    return EXIT.fine
  }
  const item = await effects.get(effectPk(key), io.signal)
  io.err([`lifeguard: Cannot retry ${formatEffectKey(key)}: ${explainNoRetry(item)}`])
  return EXIT.unexpected
}

function explainNoRetry(item: EffectRow | undefined): string {
  if (item === undefined) return 'the effect does not exist'
  if (item.state === 'done') return 'the effect is already done'
  const hint = item.state === 'unknown' ? '. The effect may have run already. To run it again, add --even-unknown' : ''
  return `expected a failed effect, but this one is ${describeEffect(item)}${hint}`
}

/** Sets every failed effect to pending, so that the sweeper runs it. */
export async function retryAllFailed({ effects }: EffectsServices, io: Io): Promise<number> {
  // Reads the whole list first, because each retry removes an effect from it.
  const failed: EffectItem[] = []
  for await (const row of effects.list('failed')) if (isReadable(row)) failed.push(row)
  let retried = 0
  for (const item of failed) if (!io.signal.aborted && (await effects.retry(item, ['failed'], io.signal))) retried += 1
  await io.out([`${formatEffectCount(retried)} due now${retried === 0 ? '' : `. The sweeper will run ${retried === 1 ? 'it' : 'them'}`}`])
  return EXIT.fine
}

/** Deletes an effect that is not done. Does not delete an effect that is done, because without its row the effect would run again. */
export async function dropEffect({ effects }: EffectsServices, key: EffectKey, io: Io): Promise<number> {
  const row = await effects.get(effectPk(key), io.signal)
  if (row === undefined || row.state === 'done')
    return reportNotDropped(formatEffectKey(key), row === undefined ? 'the effect does not exist' : 'the effect is already done', io)
  if (!isReadable(row))
    return reportNotDropped(
      formatEffectKey(key),
      `the row is unreadable (${row.fault}). Check it in the table, then delete it with --force`,
      io,
    )
  if (!(await effects.remove(row, new Date(), io.signal))) return reportNotDropped(formatEffectKey(key), explainInUse(row), io)
  await io.out([`Dropped ${formatEffectKey(key)}. It was ${describeEffect(row)}`])
  return EXIT.fine
}

/** Deletes an unreadable row. */
export async function forceDrop({ effects }: EffectsServices, pk: string, io: Io): Promise<number> {
  const row = await effects.get(pk, io.signal)
  if (row === undefined) return reportNotDropped(pk, 'the row does not exist', io)
  if (row.state === 'done') return reportNotDropped(pk, 'the effect is already done', io)
  if (isReadable(row)) return reportNotDropped(pk, `the row is readable. Drop it without --force: effects drop ${formatEffectKey(row)}`, io)
  if (!(await effects.erase(row, io.signal))) return reportNotDropped(pk, 'the row has just changed. Try again', io)
  await io.out([`Deleted ${pk}. It was ${row.state ?? 'without a state'}: ${row.fault}`])
  return EXIT.fine
}

function reportNotDropped(key: string, why: string, io: Io): number {
  io.err([`lifeguard: Cannot drop ${key}: ${why}`])
  return EXIT.unexpected
}

function explainInUse({ token, dueAt }: EffectItem): string {
  const busy = 'a trigger or the sweeper is running the effect, or has just changed it'
  return token === undefined || dueAt === undefined ? `${busy}. Try again` : `${busy}. Try again after ${dueAt.toISOString()}`
}
