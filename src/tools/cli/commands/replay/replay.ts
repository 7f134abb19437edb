import { TRIGGER_NAMES, type TriggerName } from '../../../../shared/cognito/triggers.ts'
import { UsageError } from '../../../lib/errors.ts'
import { assertPaths, STDIN } from '../../../lib/event-files.ts'
import { parseTriggerName } from '../../../lib/find-trigger.ts'
import { readEvents } from '../../../replay/read-events.ts'
import { type Replayed, type ReplayOptions, replay } from '../../../replay/replay.ts'
import { openReplaySession, type ReplaySession, type ReplaySessionOptions } from '../../../replay/session.ts'
import { listSources, waitForChange } from '../../../replay/watch.ts'
import { assertMailFolder, writeMails } from '../../../replay/write-mails.ts'
import { EXIT, type Io, readUntilAborted, toLineText } from '../../io.ts'
import { parseOptions, parseServices } from '../../options.ts'
import { formatError } from '../../print-error.ts'
import { formatNotStarted } from '../../print-result.ts'
import { formatCount } from '../../text.ts'
import { describeUpdate, formatEvent, formatHeading } from './print-event.ts'
import { formatSideEffects } from './print-side-effects.ts'
import { type Progress, startProgress } from './progress.ts'
import { formatResultPlace, startTally, type Tally } from './tally.ts'
import { REPLAY_HELP } from './usage.ts'

interface Wanted extends ReplayOptions {
  readonly session: Omit<ReplaySessionOptions, 'onNote'>
  readonly json: boolean
  readonly watch: boolean
  /** The folder for the emails. */
  readonly mails: string | undefined
}

/** Runs `lifeguard replay` and returns its exit code. */
export async function runReplay(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args, io)
  if (wanted === 'help') {
    await io.out(REPLAY_HELP)
    return EXIT.fine
  }
  await assertPaths(wanted.session.paths)
  if (wanted.mails !== undefined) await assertMailFolder(wanted.mails)
  if (!wanted.watch) return (await replayOnce(wanted, io)).code
  while (!io.signal.aborted) {
    const startedAt = Date.now()
    const { sources } = await replayOnce(wanted, io).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error
      io.err(formatError(error))
      return { sources: [] }
    })
    io.err(['Waiting for a change. Press Ctrl-C to stop'])
    await waitForChange(wanted.session.folder, wanted.session.paths, sources, startedAt, io.signal)
  }
  return EXIT.fine
}

function parseArguments(args: readonly string[], io: Io): Wanted | 'help' {
  const { values, positionals } = parseOptions('replay', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      mails: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      services: { type: 'string', default: 'embedded' },
      config: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      handler: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) return 'help'
  const paths = positionals.length === 0 ? ['events'] : positionals
  if (values.watch && paths.includes(STDIN))
    throw new UsageError('--watch does not work with standard input, which can be read only once. Pass a file or folder')
  const repeat = parseRepeat(values.repeat)
  if (values.update && values.watch) throw new UsageError('--update does not work with --watch, because it changes the watched files')
  if (values.update && repeat > 1) throw new UsageError('--update does not work with --repeat, because a repeated event has other effects')
  const services = parseServices(values.services)
  if (values.mails === '') throw new UsageError('--mails: the folder is missing')
  if (values.mails !== undefined && services !== 'embedded')
    throw new UsageError('--mails works only with --services embedded, because replay does not see the emails of other services')
  const { folder, environment, signal } = io
  return {
    only: values.only.map(parseOnly),
    named: paths,
    repeat,
    update: values.update,
    json: values.json,
    watch: values.watch,
    mails: values.mails,
    session: {
      folder,
      environment,
      signal,
      services,
      handlers: values.handler,
      configuration: values.config,
      variables: values.env,
      paths,
    },
  }
}

interface Once {
  readonly code: number
  /** The source files of the handlers. */
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
    const tally = startTally()
    const reported = new Set<string>()
    const events = replay(readEvents(wanted.session.paths, io.input), session, wanted)
    let group = ''
    for await (const replayed of readUntilAborted(events, io.signal)) {
      tally.add(replayed)
      progress.done()
      progress.clear()
      printTroubleOnce(replayed, reported, wanted, io)
      if (wanted.json) await io.out([JSON.stringify(replayed.result)])
      else group = await printEvent(replayed, group, io)
    }
    if (!io.signal.aborted) await finish(session, tally, progress, wanted, io)
    return { code: tally.exitCode(), sources: listSources(session.handlers()) }
  } finally {
    progress.stop()
    await session?.stop()
  }
}

async function printEvent(replayed: Replayed, group: string, io: Io): Promise<string> {
  const heading = formatHeading(replayed, io.folder)
  const next = toLineText(heading)
  await io.out([...(next === group ? [] : group === '' ? [heading] : ['', heading]), ...formatEvent(replayed)])
  return next
}

/** Prints that a file is unreadable, or that a handler does not start. Reports each handler only once. */
function printTroubleOnce(replayed: Replayed, reported: Set<string>, { json }: Wanted, io: Io): void {
  const { result, notStarted, unreadable } = replayed
  if (notStarted !== undefined && result.trigger !== null && !reported.has(result.trigger)) {
    reported.add(result.trigger)
    io.err(formatNotStarted(`The ${result.trigger} handler does not start`, notStarted))
  }
  const updated = json ? describeUpdate(replayed) : undefined
  if (updated !== undefined) io.err([`${formatResultPlace(replayed, io.folder)}: ${updated.text}`])
  if (unreadable && json) io.err([`${formatResultPlace(replayed, io.folder)}: ${result.error?.message}`])
}

async function finish(
  session: ReplaySession,
  tally: Tally,
  progress: Progress,
  { json, only, mails: mailFolder, session: { paths } }: Wanted,
  io: Io,
): Promise<void> {
  if (tally.count() === 0) throw new UsageError(`Found no event${only.length === 0 ? '' : ` of ${only.join(', ')}`} in ${paths.join(', ')}`)
  const sideEffects = json && mailFolder === undefined ? undefined : await session.sideEffects()
  progress.stop()
  if (mailFolder !== undefined) {
    const names = await writeMails(mailFolder, sideEffects?.mails ?? [])
    if (names.length > 0) io.err([`Wrote ${formatCount(names.length, 'email')} to ${mailFolder}, such as ${names[0]}`])
  }
  if (!json) {
    await io.out([...(sideEffects === undefined ? [] : formatSideEffects(sideEffects)), ...tally.lines()])
  }
  const problem = session.problem()
  if (problem !== undefined) throw problem
}

/**
 * Parses the value of `--only`.
 *
 * @throws UsageError if it is not a trigger.
 */
function parseOnly(value: string): TriggerName {
  const trigger = parseTriggerName(value)
  if (trigger === undefined) throw new UsageError(`--only ${value}: expected one of ${TRIGGER_NAMES.join(', ')}`)
  return trigger
}

/**
 * Parses the value of `--repeat`.
 *
 * @throws UsageError if it is not a positive integer.
 */
function parseRepeat(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--repeat ${value}: expected a whole number of at least 1`)
  return Number(value)
}
