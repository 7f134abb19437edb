import { TRIGGER_NAMES, type TriggerName } from '../../../../shared/cognito/triggers.ts'
import { UsageError } from '../../../lib/errors.ts'
import { assertPaths, STDIN } from '../../../lib/event-files.ts'
import { triggerNamed } from '../../../lib/trigger-of.ts'
import { readEvents } from '../../../replay/read-events.ts'
import { type Replayed, type ReplayOptions, replay } from '../../../replay/replay.ts'
import { openReplaySession, type ReplaySession, type ReplaySessionOptions } from '../../../replay/session.ts'
import { waitForChange } from '../../../replay/watch.ts'
import { EXIT, type Io, lineText, untilAborted } from '../../io.ts'
import { parse, servicesNamed } from '../../options.ts'
import { errorLines } from '../../print-error.ts'
import { notStartedLines } from '../../print-result.ts'
import { eventLines, headingOf } from './print-event.ts'
import { aftermathLines } from './print-side-effects.ts'
import { type Progress, startProgress } from './progress.ts'
import { placeOf, startTally, type Tally } from './tally.ts'
import { REPLAY_HELP } from './usage.ts'

interface Wanted extends ReplayOptions {
  readonly session: Omit<ReplaySessionOptions, 'onNote'>
  readonly json: boolean
  readonly watch: boolean
}

/** `lifeguard replay`. */
export async function replayCommand(args: readonly string[], io: Io): Promise<number> {
  const wanted = wantedOf(args, io)
  if (wanted === 'help') {
    await io.out(REPLAY_HELP.split('\n'))
    return EXIT.fine
  }
  await assertPaths(wanted.session.paths)
  if (!wanted.watch) return (await replayOnce(wanted, io)).code
  while (!io.signal.aborted) {
    const startedAt = Date.now()
    const { sources } = await replayOnce(wanted, io).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error
      io.err(errorLines(error))
      return { sources: [] }
    })
    io.err(['Waiting for a change; Ctrl-C ends'])
    await waitForChange(wanted.session.folder, wanted.session.paths, sources, startedAt, io.signal)
  }
  return EXIT.fine
}

function wantedOf(args: readonly string[], io: Io): Wanted | 'help' {
  const { values, positionals } = parse('replay', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      services: { type: 'string', default: 'embedded' },
      repeat: { type: 'string', default: '1' },
      handler: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) return 'help'
  const paths = positionals.length === 0 ? ['events'] : positionals
  if (values.watch && paths.includes(STDIN)) throw new UsageError('--watch cannot read standard input a second time')
  const { folder, environment, signal } = io
  return {
    only: values.only.map(onlyTrigger),
    named: paths,
    repeat: repeatCount(values.repeat),
    json: values.json,
    watch: values.watch,
    session: {
      folder,
      environment,
      signal,
      services: servicesNamed(values.services),
      handlers: values.handler,
      variables: values.env,
      paths,
    },
  }
}

interface Once {
  readonly code: number
  /** What the handlers were made of. */
  readonly sources: readonly string[]
}

async function replayOnce(wanted: Wanted, io: Io): Promise<Once> {
  const progress = startProgress(io)
  const onNote = (note: string): void => {
    progress.clear()
    io.err([note])
  }
  let session: ReplaySession | undefined
  try {
    session = await openReplaySession({ ...wanted.session, onNote })
    const tally = startTally(io.folder)
    const told = new Set<string>()
    const events = replay(readEvents(wanted.session.paths, io.input), session, wanted)
    let group = ''
    for await (const replayed of untilAborted(events, io.signal)) {
      tally.add(replayed)
      progress.done()
      progress.clear()
      tellTrouble(replayed, told, wanted, io)
      if (wanted.json) await io.out([JSON.stringify(replayed.result)])
      else group = await printEvent(replayed, group, io)
    }
    if (!io.signal.aborted) await finish(session, tally, progress, wanted, io)
    return { code: tally.exitCode(), sources: session.handlers().flatMap(({ sources }) => sources) }
  } finally {
    progress.stop()
    await session?.stop()
  }
}

async function printEvent(replayed: Replayed, group: string, io: Io): Promise<string> {
  const heading = headingOf(replayed, io.folder)
  const next = lineText(heading)
  await io.out([...(next === group ? [] : group === '' ? [heading] : ['', heading]), ...eventLines(replayed)])
  return next
}

/** What stands in nobody's way but must not go unseen: a handler that does not start, once, and what cannot be read. */
function tellTrouble(replayed: Replayed, told: Set<string>, { json }: Wanted, io: Io): void {
  const { result, notStarted, unreadable } = replayed
  if (notStarted !== undefined && result.trigger !== null && !told.has(result.trigger)) {
    told.add(result.trigger)
    io.err(notStartedLines(`The ${result.trigger} handler does not start`, notStarted))
  }
  if (unreadable && json) io.err([`${placeOf(replayed, io.folder)}: ${result.error?.message}`])
}

async function finish(
  session: ReplaySession,
  tally: Tally,
  progress: Progress,
  { json, only, session: { paths } }: Wanted,
  io: Io,
): Promise<void> {
  if (tally.count() === 0) throw new UsageError(`No event${only.length === 0 ? '' : ` of ${only.join(', ')}`} in ${paths.join(', ')}`)
  if (json) return
  const sideEffects = await session.sideEffects()
  progress.stop()
  await io.out([...(sideEffects === undefined ? [] : aftermathLines(sideEffects)), ...tally.lines()])
}

/** @throws UsageError when it is none. */
function onlyTrigger(value: string): TriggerName {
  const trigger = triggerNamed(value)
  if (trigger === undefined) throw new UsageError(`--only ${value}: expected one of ${TRIGGER_NAMES.join(', ')}`)
  return trigger
}

/** @throws UsageError when it is no whole number from 1. */
function repeatCount(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--repeat ${value}: expected a whole number from 1`)
  return Number(value)
}
