import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import type { EffectItem } from '../shared/ledger/effect-item.ts'
import type { EffectKey } from '../shared/rules/ledger.ts'
import { counted, keyOf, STATES, saying } from './effects-list.ts'
import type { EffectsServices } from './effects-services.ts'
import { EXIT, type Io } from './io.ts'
import { plain } from './table.ts'

/** Makes one failed effect due. */
export async function retryEffect({ effects }: EffectsServices, key: EffectKey, io: Io): Promise<number> {
  if (await effects.retry(key, io.signal)) {
    await io.out(`${plain(keyOf(key))} is due; the sweeper runs it\n`)
    return EXIT.fine
  }
  const item = await find(effects, key)
  io.err(`lifeguard: ${plain(`${keyOf(key)} cannot be retried: ${whyNot(item)}`)}\n`)
  return EXIT.unexpected
}

function whyNot(item: EffectItem | undefined): string {
  if (item === undefined) return 'it is done, or there is no such effect'
  const hint = item.state === 'unknown' ? '. It may have happened, and nothing is kept to run it again with' : ''
  return `only a failed effect can be; it is ${saying(item)}${hint}`
}

/** Makes every failed effect due. */
export async function retryAllFailed({ effects }: EffectsServices, io: Io): Promise<number> {
  // Read to its end first: what is retried leaves the list that is being read.
  const failed: EffectItem[] = []
  for await (const item of effects.list('failed')) failed.push(item)
  let retried = 0
  for (const item of failed) if (!io.signal.aborted && (await effects.retry(item, io.signal))) retried += 1
  await io.out(`${counted(retried)} made due; the sweeper runs ${retried === 1 ? 'it' : 'them'}\n`)
  // Somebody else may have been faster, which is as good.
  return EXIT.fine
}

/** Forgets an effect that is not done. One that is done must be remembered, or it happens again. */
export async function dropEffect({ effects }: EffectsServices, key: EffectKey, io: Io): Promise<number> {
  const item = await find(effects, key)
  if (item === undefined) {
    io.err(`lifeguard: ${plain(keyOf(key))} cannot be dropped: it is done, or there is no such effect\n`)
    return EXIT.unexpected
  }
  if (!(await effects.remove(item, new Date(), io.signal))) {
    io.err(`lifeguard: ${plain(keyOf(key))} is not dropped: somebody is at it. Try again in a minute\n`)
    return EXIT.unexpected
  }
  await io.out(`${plain(`${keyOf(key)} is dropped; it was ${saying(item)}`)}\n`)
  return EXIT.fine
}

async function find(effects: Effects, { userPoolId, sub, effect }: EffectKey): Promise<EffectItem | undefined> {
  for (const state of STATES) {
    for await (const item of effects.list(state)) {
      if (item.userPoolId === userPoolId && item.sub === sub && item.effect === effect) return item
    }
  }
  return undefined
}
