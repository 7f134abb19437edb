import { type EffectItem, type EffectRow, effectPk, isReadable } from '../../../../shared/ledger/effect-item.ts'
import type { EffectKey } from '../../../../shared/rules/once.ts'
import { EXIT, type Io } from '../../io.ts'
import type { EffectsServices } from './effects.ts'
import { describeEffect, formatEffectCount, formatEffectKey } from './list.ts'

/** Makes one dead letter due. An unknown one only where the caller owns up to it: it may have happened. */
export async function retryEffect({ effects }: EffectsServices, key: EffectKey, evenUnknown: boolean, io: Io): Promise<number> {
  if (await effects.retry(key, evenUnknown ? ['failed', 'unknown'] : ['failed'], io.signal)) {
    await io.out([`${formatEffectKey(key)} is due; the sweeper runs it`])
    return EXIT.fine
  }
  const item = await effects.get(effectPk(key), io.signal)
  io.err([`lifeguard: ${formatEffectKey(key)} cannot be retried: ${explainNoRetry(item)}`])
  return EXIT.unexpected
}

function explainNoRetry(item: EffectRow | undefined): string {
  if (item === undefined) return 'there is no such effect'
  if (item.state === 'done') return 'it is done'
  const hint = item.state === 'unknown' ? '. It may have happened; --even-unknown runs it again all the same' : ''
  return `only a failed effect can be; it is ${describeEffect(item)}${hint}`
}

/** Makes every failed effect due. */
export async function retryAllFailed({ effects }: EffectsServices, io: Io): Promise<number> {
  // Read to its end first: what is retried leaves the list that is being read.
  const failed: EffectItem[] = []
  for await (const row of effects.list('failed')) if (isReadable(row)) failed.push(row)
  let retried = 0
  for (const item of failed) if (!io.signal.aborted && (await effects.retry(item, ['failed'], io.signal))) retried += 1
  await io.out([`${formatEffectCount(retried)} made due; the sweeper runs ${retried === 1 ? 'it' : 'them'}`])
  // Somebody else may have been faster, which is as good.
  return EXIT.fine
}

/** Forgets an effect that is not done. One that is done must be remembered, or it happens again. */
export async function dropEffect({ effects }: EffectsServices, key: EffectKey, io: Io): Promise<number> {
  const row = await effects.get(effectPk(key), io.signal)
  if (row === undefined || row.state === 'done')
    return reportNotDropped(formatEffectKey(key), row === undefined ? 'there is no such effect' : 'it is done', io)
  if (!isReadable(row))
    return reportNotDropped(formatEffectKey(key), `its row cannot be read (${row.fault}). Look at it in the table; --force removes it`, io)
  if (!(await effects.remove(row, new Date(), io.signal))) return reportNotDropped(formatEffectKey(key), explainInUse(row), io)
  await io.out([`${formatEffectKey(key)} is dropped; it was ${describeEffect(row)}`])
  return EXIT.fine
}

/** Removes a row that cannot be read. */
export async function forceDrop({ effects }: EffectsServices, pk: string, io: Io): Promise<number> {
  const row = await effects.get(pk, io.signal)
  if (row === undefined) return reportNotDropped(pk, 'there is no such row', io)
  if (row.state === 'done') return reportNotDropped(pk, 'it is done', io)
  if (isReadable(row)) return reportNotDropped(pk, `its row can be read; drop it without --force: effects drop ${formatEffectKey(row)}`, io)
  if (!(await effects.erase(row, io.signal))) return reportNotDropped(pk, 'it has just changed. Try again', io)
  await io.out([`${pk} is removed; it was ${row.state ?? 'without a state'}: ${row.fault}`])
  return EXIT.fine
}

function reportNotDropped(key: string, why: string, io: Io): number {
  io.err([`lifeguard: ${key} cannot be dropped: ${why}`])
  return EXIT.unexpected
}

function explainInUse({ token, dueAt }: EffectItem): string {
  const until = token === undefined || dueAt === undefined ? '' : `: it is claimed until ${dueAt.toISOString()}`
  return `a trigger or a sweeper is running it, or has just changed it${until}. Try again after that`
}
