import { WELCOME_ATTRIBUTES } from '../post-confirmation/send-welcome-email.ts'
import { type Line, linesOf } from '../replay/lines.ts'
import { effectPk } from '../shared/ledger/effect-item.ts'
import type { CutOff, Effect, EffectKey } from '../shared/rules/ledger.ts'
import type { PoolUser } from '../sweeper/users.ts'
import { counted, keyOf } from './effects-list.ts'
import { type EffectsServices, troubleOf } from './effects-services.ts'
import { EXIT, type Io } from './io.ts'
import { lostEffects } from './lost-effects.ts'
import { plain } from './table.ts'

/** Puts effects into the ledger that nothing but a log knows of. Those that the ledger knows already stay as they are. */
export async function recoverEffects(services: EffectsServices, chunks: AsyncIterable<string>, cutOff: CutOff, io: Io): Promise<number> {
  const counts = { queued: 0, known: 0, gone: 0, failed: 0 }
  const seen = new Set<string>()
  let unreadable = 0
  for await (const found of lostEffects(untilEnd(linesOf(chunks), io.signal))) {
    if (found.kind === 'unreadable') {
      unreadable += 1
      io.err(`line ${found.number}: tells of a lost effect, but cannot be read\n`)
      continue
    }
    const { effect } = found
    if (seen.has(effectPk(effect))) continue
    seen.add(effectPk(effect))
    const outcome = await recover(services, effect, cutOff, io)
    counts[outcome] += 1
  }
  const { queued, known, gone, failed } = counts
  const parts = [
    `${queued} put into the ledger`,
    `${known} known to it already`,
    `${gone} of users who are gone`,
    ...(failed > 0 ? [`${failed} not recovered`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable ${unreadable === 1 ? 'line' : 'lines'}`] : []),
  ]
  await io.out(seen.size + unreadable === 0 ? 'No lost effect in these lines\n' : `${counted(seen.size)} lost: ${parts.join(', ')}\n`)
  return failed + unreadable > 0 || io.signal.aborted ? EXIT.unexpected : EXIT.fine
}

async function recover(
  { effects, users }: EffectsServices,
  key: EffectKey,
  cutOff: CutOff,
  io: Io,
): Promise<'queued' | 'known' | 'gone' | 'failed'> {
  try {
    const user = await users.find(key.userPoolId, key.sub, io.signal)
    if (user === undefined) {
      io.err(`${plain(keyOf(key))}: the user is gone\n`)
      return 'gone'
    }
    return (await effects.enqueue(rebuilt(key, user, cutOff), io.signal)) ? 'queued' : 'known'
  } catch (error) {
    io.err(`${plain(`${keyOf(key)}: ${troubleOf(error)}`)}\n`)
    return 'failed'
  }
}

/** The effect with its event as it must have been: effects are claimed when a sign-up is confirmed, and at no other time. */
function rebuilt(key: EffectKey, { userName, attributes }: PoolUser, cutOff: CutOff): Effect {
  const kept = WELCOME_ATTRIBUTES.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]] as const]))
  return {
    ...key,
    cutOff,
    event: {
      version: '1',
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      // A pool's id begins with its region.
      region: key.userPoolId.split('_')[0] ?? '',
      userPoolId: key.userPoolId,
      userName,
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: null },
      request: { userAttributes: { sub: key.sub, ...Object.fromEntries(kept) } },
      response: {},
    },
  }
}

async function* untilEnd(lines: AsyncIterable<Line>, signal: AbortSignal): AsyncGenerator<Line> {
  for await (const line of lines) {
    if (signal.aborted) return
    yield line
  }
}
