import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { UsageError } from '../../../lib/errors.ts'
import { parseTriggerName } from '../../../lib/find-trigger.ts'
import type { JournalEntry, TriggerCall } from '../../../pool/journal.ts'
import type { Expectation } from '../../../replay/expectation.ts'
import { formatHelp } from '../../help.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { formatCount } from '../../text.ts'
import { createReplacer } from './replace-personal.ts'

const HELP = formatHelp([
  'Save what a local user pool sent to triggers, as events with expectations.',
  { title: 'Usage', lines: ['lifeguard record ENDPOINT [--out DIR] [--only TRIGGER]'] },
  'Reads the journal of a running lifeguard dev. Writes each event to DIR/<trigger>/, with its decision as expectation. Replaces email addresses (but not their domains), phone numbers, names, ids, attributes, metadata, passwords and tokens. Writes no event twice, and overwrites no file.',
  { title: 'Arguments', entries: [['ENDPOINT', 'the endpoint that lifeguard dev printed, such as http://localhost:9229']] },
  {
    title: 'Options',
    entries: [
      ['--out DIR', 'the folder of the events (default: events)'],
      ['--only TRIGGER', 'record only events of this trigger; repeatable'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the events are saved'],
      ['2', 'the usage is invalid, or no local pool answers'],
    ],
  },
  { title: 'Example', lines: ['lifeguard record http://localhost:9229 --only PreSignUp'] },
])

/** Runs `lifeguard record` and returns its exit code. */
export async function runRecord(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('record', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      out: { type: 'string', default: 'events' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) {
    await io.out(HELP)
    return EXIT.fine
  }
  const [endpoint, ...more] = positionals
  if (endpoint === undefined || more.length > 0)
    throw new UsageError("Expected one ENDPOINT, such as http://localhost:9229. Run 'lifeguard record --help'")
  const only = values.only.map((name) => {
    const trigger = parseTriggerName(name)
    if (trigger === undefined) throw new UsageError(`--only ${name}: expected one of ${TRIGGER_NAMES.join(', ')}`)
    return trigger
  })
  const entries = await readJournal(endpoint, io.signal)
  const calls = entries
    .flatMap(({ steps }) => steps.flatMap(({ trigger }) => trigger ?? []))
    // A call without an attempt reached no function, for example because the project did not build.
    .filter(({ trigger, attempts }) => attempts > 0 && (only.length === 0 || only.includes(trigger)))
  const folder = join(io.folder, values.out)
  const written = await writeCalls(folder, calls)
  const shown = written.slice(0, 20).map((file) => `  ${relative(io.folder, file)}`)
  const hidden = written.length > shown.length ? [`  and ${written.length - shown.length} more`] : []
  await io.out([`Recorded ${formatCount(written.length, 'event')} of ${formatCount(calls.length, 'call')}`, ...shown, ...hidden])
  if (written.length > 0) io.err([`Check them: lifeguard replay ${values.out}. A decision may depend on a value that was replaced`])
  return EXIT.fine
}

/** @throws UsageError if no local pool answers. */
async function readJournal(endpoint: string, signal: AbortSignal): Promise<readonly JournalEntry[]> {
  if (!URL.canParse('/_lifeguard/journal', endpoint))
    throw new UsageError(`${endpoint} is not a URL; expected one such as http://localhost:9229`)
  const url = new URL('/_lifeguard/journal', endpoint)
  const entries: unknown = await fetch(url, { signal })
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined)
  if (!isJournal(entries)) throw new UsageError(`No local user pool answers at ${endpoint}. Start one with: lifeguard dev`)
  return entries
}

/** Returns true for a list of entries. The command and the pool have the same version, so it does not check each field. */
function isJournal(value: unknown): value is readonly JournalEntry[] {
  return Array.isArray(value) && value.every((each) => isObject(each) && Array.isArray(each.steps))
}

/** Writes the events of calls, and returns their files. Skips an event that its folder has already. */
async function writeCalls(folder: string, calls: readonly TriggerCall[]): Promise<readonly string[]> {
  const replacer = createReplacer()
  for (const { event } of calls) replacer.learn(event)
  const known = new Map<string, Map<string, string>>()
  const files: string[] = []
  for (const call of calls) {
    const place = join(folder, triggerFacts(call.trigger).folder)
    const existing = known.get(place) ?? (await readFolder(place))
    known.set(place, existing)
    const text = toText(replacer.replace(call.event))
    if ([...existing.values()].includes(text)) continue
    const file = join(place, findFreeName(existing, call))
    existing.set(file, text)
    await mkdir(place, { recursive: true })
    await writeFile(file, text, { flag: 'wx' })
    await writeFile(file.replace(/\.json$/, '.expect.json'), toText(replacer.replace(toExpectation(call))), { flag: 'wx' })
    files.push(file)
  }
  return files
}

async function readFolder(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
  return new Map(await Promise.all(files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'utf8')])))
}

function findFreeName(existing: ReadonlyMap<string, string>, { source, outcome }: TriggerCall): string {
  const moment = source
    .slice(source.indexOf('_') + 1)
    .replaceAll(/(?<=[a-z])[A-Z]/g, '-$&')
    .toLowerCase()
  const taken = [...existing.keys()]
  for (let number = 1; ; number += 1) {
    const name = `recorded-${moment}-${outcome}-${number}.json`
    if (!taken.some((file) => file.endsWith(`/${name}`) || file.endsWith(`\\${name}`))) return name
  }
}

function toExpectation({ outcome, decision, response, trigger }: TriggerCall): Expectation {
  const { refusesBy } = triggerFacts(trigger)
  return {
    outcome,
    ...(decision !== null && decision.decision === outcome && { decidedBy: decision.decidedBy, reason: decision.reason }),
    ...(response !== null && (outcome === 'proceed' || refusesBy !== undefined) && { response }),
  }
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
