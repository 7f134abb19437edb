import type { Versions } from '../../peers.ts'
import { formatMarkdown } from '../../table.ts'
import { CONTESTANTS, type Contestant } from '../contestants.ts'
import { FIDELITY_PROBES } from './fidelity-probes.ts'
import { OPERATION_PROBES } from './operation-probes.ts'
import type { Finding } from './probe.ts'
import { TRIGGER_PROBES } from './trigger-probes.ts'

/** The findings about a pool. */
export interface Comparison {
  readonly operations: ReadonlyMap<string, Finding>
  readonly triggers: ReadonlyMap<string, Finding>
  readonly fidelity: ReadonlyMap<string, Finding>
}

type Part = keyof Comparison
type Compared = Readonly<Record<Contestant, Comparison>>

const LONGEST = 180
// The start of each message about something that cognito-local does not support.
const PREFIX = 'CognitoLocal#Unsupported: Cognito Local unsupported feature: '

function toCell(finding: Finding | undefined): string {
  if (finding === undefined) return ''
  const note = finding.note?.replaceAll(/\s+/g, ' ').replaceAll('`', "'").replace(PREFIX, '') ?? ''
  const short = note.length > LONGEST ? `${note.slice(0, LONGEST)}…` : note
  const word = finding.kind === 'unknown' ? '' : finding.kind
  return [word, short === '' ? '' : `\`${short}\``].filter(Boolean).join(': ')
}

function toTable(
  found: Compared,
  part: Part,
  title: string,
  names: readonly string[],
  format: (name: string) => string,
): readonly string[] {
  const rows = names.map((name) => [format(name), ...CONTESTANTS.map((each) => toCell(found[each][part].get(name)))])
  return formatMarkdown([title, ...CONTESTANTS], rows, ['left', 'left', 'left'])
}

function countWorking(found: Compared, part: Part, name: Contestant): string {
  const all = [...found[name][part].values()]
  return `${all.filter(({ kind }) => kind === 'works').length} of ${all.length}`
}

/** Formats the page of the documentation. */
export function toPage(found: Compared, versions: Versions, date: Date): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const code = (name: string): string => {
    const [first = '', ...rest] = name.split(/(?=[: ])/)
    return `\`${first}\`${rest.join('')}`
  }
  const parts: readonly (readonly [string, Part])[] = [
    ['operations', 'operations'],
    ['trigger sources', 'triggers'],
    ['details', 'fidelity'],
  ]
  return [
    '# Comparison of local user pools',
    '',
    'The local user pool of Lifeguard and cognito-local, as they behave. A script ran both, and wrote this page from their answers and',
    `from the events that they sent: \`npm run bench:pools:compare\`, on ${date.toISOString().slice(0, 10)}, with ${list.join(', ')}.`,
    '',
    'A cell is one of these words, with the observed error or difference:',
    '',
    '- `works`: the pool did what Amazon Cognito does.',
    '- `different`: the call succeeded, and its effect differs from that of Cognito.',
    '- `refuses`: the pool answered with an error, or did not call the function.',
    '- A cell that starts with `not reached` states which earlier request failed.',
    '',
    'The expectations come from the documentation of AWS and from events of real pools. No probe ran against AWS.',
    '',
    ...formatMarkdown(
      ['works', ...CONTESTANTS],
      parts.map(([title, part]) => [title, ...CONTESTANTS.map((each) => countWorking(found, part, each))]),
      ['left', 'right', 'right'],
    ),
    '',
    '## Operations',
    '',
    ...toTable(
      found,
      'operations',
      'operation',
      OPERATION_PROBES.map(({ name }) => name),
      code,
    ),
    '',
    '## Trigger sources',
    '',
    'Each was probed with a request that makes Cognito call the function.',
    '',
    ...toTable(
      found,
      'triggers',
      'trigger source',
      TRIGGER_PROBES.map(({ source }) => source),
      code,
    ),
    '',
    '## Details',
    '',
    ...toTable(
      found,
      'fidelity',
      'detail of Cognito',
      FIDELITY_PROBES.map(({ text }) => text),
      (text) => text,
    ),
    '',
  ].join('\n')
}
