import type { EffectItem } from '../shared/ledger/effect-item.ts'
import type { EffectKey } from '../shared/rules/ledger.ts'
import { counted, keyOf, saying } from './effects-list.ts'
import type { EffectsServices } from './effects-services.ts'
import { EXIT, type Io } from './io.ts'

/** Makes one parked effect due. An unknown one only where the caller owns up to it: it may have happened. */
export async function retryEffect({ effects }: EffectsServices, key: EffectKey, evenUnknown: boolean, io: Io): Promise<number> {
  if (await effects.retry(key, evenUnknown ? ['failed', 'unknown'] : ['failed'], io.signal)) {
    await io.out([`${keyOf(key)} is due; the sweeper runs it`])
    return EXIT.fine
  }
  const item = await effects.get(key, io.signal)
  io.err([`lifeguard: ${keyOf(key)} cannot be retried: ${whyNot(item)}`])
  return EXIT.unexpected
}

function whyNot(item: EffectItem | undefined): string {
  if (item === undefined) return 'there is no such effect'
  if (item.state === 'done') return 'it is done'
  const hint = item.state === 'unknown' ? '. It may have happened; --even-unknown runs it again all the same' : ''
  return `only a failed effect can be; it is ${saying(item)}${hint}`
}

/** Makes every failed effect due. */
export async function retryAllFailed({ effects }: EffectsServices, io: Io): Promise<number> {
  // Read to its end first: what is retried leaves the list that is being read.
  const failed: EffectItem[] = []
  for await (const item of effects.list('failed')) failed.push(item)
  let retried = 0
  for (const item of failed) if (!io.signal.aborted && (await effects.retry(item, ['failed'], io.signal))) retried += 1
  await io.out([`${counted(retried)} made due; the sweeper runs ${retried === 1 ? 'it' : 'them'}`])
  // Somebody else may have been faster, which is as good.
  return EXIT.fine
}

/** Forgets an effect that is not done. One that is done must be remembered, or it happens again. */
export async function dropEffect({ effects }: EffectsServices, key: EffectKey, io: Io): Promise<number> {
  const item = await effects.get(key, io.signal)
  if (item === undefined || item.state === 'done') {
    io.err([`lifeguard: ${keyOf(key)} cannot be dropped: ${item === undefined ? 'there is no such effect' : 'it is done'}`])
    return EXIT.unexpected
  }
  if (!(await effects.remove(item, new Date(), io.signal))) {
    io.err([`lifeguard: ${keyOf(key)} is not dropped: somebody is at it. Try again in a minute`])
    return EXIT.unexpected
  }
  await io.out([`${keyOf(key)} is dropped; it was ${saying(item)}`])
  return EXIT.fine
}
