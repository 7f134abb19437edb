import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TRIGGER_NAMES, type TriggerName } from '../../../../shared/cognito/triggers.ts'
import { listRules, type MessageSample } from '../../../../shared/rules/rule.ts'
import { UsageError } from '../../../lib/errors.ts'
import { assertFolder, writeOwnFiles } from '../../../lib/own-files.ts'
import { openReplaySession, type ReplaySession } from '../../../replay/session.ts'
import { formatHelp } from '../../help.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions, SHARED_OPTIONS } from '../../options.ts'
import { formatPath } from '../../print-result.ts'
import { escapeText, formatCount } from '../../text.ts'
import { type Preview, toFiles } from './files.ts'

const PREVIEW_HELP = formatHelp([
  'Write every message that the handlers can send, so that you can look at it.',
  { title: 'Usage', lines: ['lifeguard preview DIR'] },
  'Loads the handlers of the project without AWS, and writes the texts of their catalogues into the folder DIR. Emails are HTML and text files, SMS are text files, and index.html has links to them. Placeholders have example values. Removes the files of the previous run, and overwrites no other file.',
  {
    title: 'Options',
    entries: SHARED_OPTIONS.filter(([option]) => !option.startsWith('--services')),
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the messages were written'],
      ['1', 'a handler does not start, for example because a text is invalid. The messages of other handlers were written'],
      ['2', 'the usage is invalid, or no handler has messages'],
    ],
  },
  { title: 'Example', lines: ['lifeguard preview messages'] },
])

/** Runs `lifeguard preview` and returns its exit code. */
export async function runPreview(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('preview', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      config: { type: 'string' },
      handler: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) {
    await io.out(PREVIEW_HELP)
    return EXIT.fine
  }
  const [target, more] = positionals
  if (target === undefined) throw new UsageError('Missing folder. Expected: lifeguard preview DIR')
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one folder: lifeguard preview DIR`)
  await assertFolder({ folder: target, argument: 'DIR' })
  const { folder, environment, signal } = io
  const session = await openReplaySession({
    ...{ folder, environment, signal, services: 'none' },
    // The sample events of a project have settings beside them.
    paths: existsSync(join(folder, 'events')) ? ['events'] : [],
    ...{ handlers: values.handler, configuration: values.config, variables: values.env },
    onNote: (note) => io.err([note]),
  })
  try {
    return await writePreviews(await collect(session), target, io)
  } finally {
    await session.stop()
  }
}

interface Collected {
  readonly previews: readonly Preview[]
  /** The handlers that do not start, with their errors. */
  readonly problems: readonly string[]
}

async function collect(session: ReplaySession): Promise<Collected> {
  const previews: Preview[] = []
  const problems: string[] = []
  for (const trigger of TRIGGER_NAMES) {
    const lambda = await session.lambda(trigger)
    const error = await lambda?.loadError()
    if (error !== undefined) problems.push(`The ${trigger} handler does not start: ${error.name}: ${error.message}`)
    const rule = await lambda?.rule()
    if (rule !== undefined) previews.push(...listRules(rule).flatMap(({ samples = [] }) => samples.map((each) => toPreview(trigger, each))))
  }
  return { previews, problems }
}

function toPreview(trigger: TriggerName, sample: MessageSample): Preview {
  return { trigger, ...sample }
}

async function writePreviews({ previews, problems }: Collected, target: string, io: Io): Promise<number> {
  for (const problem of problems) io.err([escapeText(problem)])
  if (previews.length === 0) {
    if (problems.length > 0) return EXIT.unexpected
    throw new UsageError(
      'No handler has messages. Expected a rule with a catalogue of texts, such as messages() in a custom message handler. --handler TRIGGER=FILE names a handler',
    )
  }
  await writeOwnFiles(
    { folder: target, command: 'preview', argument: 'DIR', list: '.lifeguard-preview', names: /^[\w-]+(?:\.sms)?\.(?:html|txt)$/ },
    toFiles(previews),
  )
  await io.out([`Wrote ${formatCount(previews.length, 'message')}. Open ${formatPath(io.folder, target)}/index.html`])
  return problems.length > 0 ? EXIT.unexpected : EXIT.fine
}
