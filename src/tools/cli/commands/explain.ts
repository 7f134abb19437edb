import { stat } from 'node:fs/promises'
import { findTrigger } from '../../../shared/cognito/triggers.ts'
import type { RuleDescription } from '../../lib/description.ts'
import type { Services } from '../../lib/environment.ts'
import { UsageError } from '../../lib/errors.ts'
import { assertPaths, STDIN } from '../../lib/event-files.ts'
import { type ExplainedRule, explainRules } from '../../replay/explain.ts'
import { readEvents } from '../../replay/read-events.ts'
import { type Replayed, replay } from '../../replay/replay.ts'
import { openReplaySession, type ReplaySession } from '../../replay/session.ts'
import { formatHelp } from '../help.ts'
import { createPart, EXIT, type Io, type Line, readUntilAborted, type Style } from '../io.ts'
import { parseOptions, parseServices, SHARED_OPTIONS } from '../options.ts'
import { describeCallerView, formatCause, formatNotStarted, formatPath } from '../print-result.ts'
import { escapeText, wrapText } from '../text.ts'
import { describeMessages } from './replay/print-messages.ts'

const EXPLAIN_HELP = formatHelp([
  'Show how the rules of a handler decided one event.',
  { title: 'Usage', lines: ['lifeguard explain FILE'] },
  "Replays the event and prints the handler's rules as a tree. Each rule has its outcome, reason and time, or the reason why it did not run.",
  {
    title: 'Options',
    entries: [
      ['--json', 'print one JSON object on standard output, with the tree of rules'],
      ['--effects', 'with --services aws, allow rules to write to AWS and send email'],
      ...SHARED_OPTIONS,
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the event was explained'],
      ['1', 'the handler failed, and the expectation beside the event is not that it fails'],
      ['2', 'the usage is invalid, or the event is unreadable'],
    ],
  },
  { title: 'Example', lines: ['lifeguard explain events/pre-signup/sign-up-mary.json'] },
])

interface Wanted {
  readonly file: string
  readonly json: boolean
  readonly effects: boolean
  readonly services: Services
  readonly handlers: readonly string[]
  readonly configuration: string | undefined
  readonly variables: readonly string[]
}

/** Runs `lifeguard explain` and returns its exit code. */
export async function runExplain(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args)
  if (wanted === 'help') {
    await io.out(EXPLAIN_HELP)
    return EXIT.fine
  }
  await assertPaths([wanted.file])
  if (wanted.file !== STDIN && (await stat(wanted.file)).isDirectory()) {
    throw new UsageError(`${wanted.file}: is a folder. Expected one event file. To replay a folder: lifeguard replay ${wanted.file}`)
  }
  const { folder, environment, signal } = io
  const onNote = (note: string): void => io.err([note])
  const session = await openReplaySession({ ...wanted, folder, environment, signal, paths: [wanted.file], onNote })
  try {
    return await explainOn(session, wanted, io)
  } finally {
    await session.stop()
  }
}

function parseArguments(args: readonly string[]): Wanted | 'help' {
  const { values, positionals } = parseOptions('explain', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      effects: { type: 'boolean', default: false },
      services: { type: 'string', default: 'embedded' },
      config: { type: 'string' },
      handler: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) return 'help'
  const [file, more] = positionals
  if (file === undefined) throw new UsageError('Missing event. Expected: lifeguard explain FILE')
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one event: lifeguard explain FILE`)
  const services = parseServices(values.services)
  if (values.effects && services !== 'aws')
    throw new UsageError('--effects works only with --services aws, because it lets rules write to AWS and send email')
  return {
    file,
    json: values.json,
    effects: values.effects,
    services,
    handlers: values.handler,
    variables: values.env,
    configuration: values.config,
  }
}

async function explainOn(session: ReplaySession, { file, json, effects, services }: Wanted, io: Io): Promise<number> {
  const events = readEvents([file], io.input)
  const { value: read } = await events.next()
  const { value: second } = await events.next()
  if (read === undefined) throw new UsageError(`${file}: contains no event`)
  if (second !== undefined) throw new UsageError(`${file}: contains more than one event. Expected one`)
  const trigger =
    typeof read.event === 'object' && read.event !== null ? findTrigger(String(Reflect.get(read.event, 'triggerSource'))) : undefined
  const lambda = trigger && (await session.lambda(trigger))
  if (services === 'aws' && !effects && lambda !== undefined && mayHaveEffects(await lambda.rule())) {
    throw new UsageError(
      `The ${trigger} handler may write to your AWS account or send email. Add --effects to allow that, or remove --services aws`,
    )
  }
  for await (const replayed of readUntilAborted(replay(yieldOnce(read), session, { only: [], repeat: 1 }), io.signal)) {
    const { result } = replayed
    if (result.outcome === null) throw new UsageError(`${formatPath(io.folder, file)}: ${result.error?.message}`)
    const rule = await lambda?.rule()
    const tree = rule && explainRules(rule, result.trace ?? [], result.trace === null ? 'the handler ended before its decision' : undefined)
    await io.out(
      json
        ? [JSON.stringify(toJson(replayed, tree))]
        : [formatHead(replayed, io), '', ...(tree ? formatTree(tree) : describeMissingTree(replayed)), '', ...formatFoot(replayed)],
    )
    const problem = session.problem()
    if (problem !== undefined) throw problem
    return result.outcome === 'failed' && result.expected !== true ? EXIT.unexpected : EXIT.fine
  }
  return EXIT.fine
}

/** Returns the object that `--json` prints. `rules` is null if the handler does not use Lifeguard, or cannot be loaded. */
function toJson({ result }: Replayed, tree: readonly ExplainedRule[] | undefined): object {
  const { file, trigger, triggerSource, outcome, decidedBy, reason, response, error } = result
  return { file, trigger, triggerSource, outcome, decidedBy, reason, response, error, rules: tree?.map(toJsonRule) ?? null }
}

/** Flattens a rule and its trace entry. A field without a value is null, so that every rule has the same fields. */
function toJsonRule({ name, kind, said, notRun, children }: ExplainedRule): object {
  return {
    name,
    kind,
    outcome: said?.outcome ?? null,
    reason: said?.reason ?? null,
    ms: said?.ms ?? null,
    message: said?.message ?? null,
    place: said?.place ?? null,
    detail: said?.detail ?? null,
    answer: said?.answer ?? null,
    overrides: said?.overrides ?? [],
    shadow: said?.shadow ?? false,
    commit: said?.commit ?? false,
    notRun: notRun ?? null,
    children: children.map(toJsonRule),
  }
}

/** Returns true if a handler may have side effects, or if its composition is unknown. */
function mayHaveEffects(rule: RuleDescription | undefined): boolean {
  if (rule === undefined || rule.commits) return true
  if (rule.kind === 'rule' && (rule.can === undefined || rule.can.includes('done'))) return true
  return rule.kind === 'once' || rule.children.some(mayHaveEffects)
}

async function* yieldOnce<V>(value: V): AsyncGenerator<V> {
  yield value
}

function formatHead({ result }: Replayed, io: Io): Line {
  return [createPart('bold', `${result.trigger}`), `  ${formatPath(io.folder, result.file)}  ${result.triggerSource}`]
}

function describeMissingTree({ notStarted }: Replayed): readonly string[] {
  return notStarted === undefined
    ? ['  The handler does not use Lifeguard, so explain cannot show its rules']
    : formatNotStarted('  The handler does not start', notStarted)
}

function formatFoot({ result }: Replayed): readonly Line[] {
  // The tree has no entry for an error outside the rules.
  const outside = result.trace?.find(({ path }) => path === '')
  const cause = outside && formatCause(outside)
  const by = result.decidedBy === null ? '' : ` by ${result.decidedBy}`
  const why = result.reason === null ? '' : `: ${result.reason}`
  return [
    [createPart('bold', result.outcome ?? ''), `${by}${why}`],
    ...(cause === undefined ? [] : wrapText(cause, '  ')),
    ...wrapText(`→ ${describeCallerView(result)}`, ''),
    ...(result.outcome === 'proceed' ? formatResponse(result.response) : []),
  ]
}

function formatResponse(response: unknown): readonly string[] {
  const messages = describeMessages(response)
  if (messages.length > 0) return messages.flatMap((text) => wrapText(escapeText(text), ''))
  return response === null ? [] : [`response ${JSON.stringify(response)}`]
}

interface Row {
  readonly branch: string
  readonly rule: ExplainedRule
}

// A Map and not an object, because a handler's log may contain any outcome, even 'constructor', which every object has.
const COLOURS: ReadonlyMap<string, Style> = new Map([
  ['allow', 'green'],
  ['done', 'green'],
  ['answer', 'green'],
  ['deny', 'yellow'],
  ['error', 'red'],
  ['skip', 'dim'],
])
const MOST_BRANCH = 44

/** Formats the tree of a composition, with a column for each rule's outcome. */
function formatTree(rules: readonly ExplainedRule[]): readonly Line[] {
  const rows = toTreeRows(rules, '')
  const width = Math.min(MOST_BRANCH, Math.max(...rows.map(({ branch }) => branch.length)))
  return rows.flatMap(({ branch, rule }): readonly Line[] => {
    const start = branch.padEnd(width)
    const { said } = rule
    if (said === undefined) return [createPart('dim', `${start}  not run  ${rule.notRun ?? ''}`)]
    const reason = escapeText(
      [said.reason, said.shadow && '(shadow)', said.commit && '(reservation)', said.overrides && `overrides ${said.overrides.join(', ')}`]
        .filter(Boolean)
        .join(' '),
    )
    const outcome = createPart(COLOURS.get(said.outcome) ?? 'dim', said.outcome.padEnd(7))
    const line = [`${start}  `, outcome, `  ${reason.padEnd(28)}  ${said.ms.toFixed(1).padStart(7)} ms`]
    const more = formatCause(said) ?? said.detail ?? said.answer
    return more === undefined ? [line] : [line, ...wrapText(more, ' '.repeat(width + 11))]
  })
}

function toTreeRows(rules: readonly ExplainedRule[], indent: string): readonly Row[] {
  return rules.flatMap((rule, index) => {
    const last = index === rules.length - 1
    const branch = `${indent}${last ? '└─' : '├─'} ${escapeText(rule.name)}`
    return [{ branch, rule }, ...toTreeRows(rule.children, `${indent}${last ? '   ' : '│  '}`)]
  })
}
