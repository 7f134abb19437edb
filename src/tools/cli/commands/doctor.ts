import { type Code, isCode } from '../../doctor/codes.ts'
import { examine } from '../../doctor/examine.ts'
import { loadCode } from '../../doctor/load-code.ts'
import { buildReport, type Report, type Reported } from '../../doctor/report.ts'
import { toSarif } from '../../doctor/sarif.ts'
import { UsageError } from '../../lib/errors.ts'
import { readOwnManifest } from '../../lib/own-package.ts'
import { openSource } from '../../project/source.ts'
import { formatHelp } from '../help.ts'
import { createPart, EXIT, type Io, type Line, type Style } from '../io.ts'
import { parseOptions } from '../options.ts'
import { wrapText } from '../text.ts'

const DOCTOR_HELP = formatHelp([
  'Find problems of a deployment in a CloudFormation template.',
  { title: 'Usage', lines: ['lifeguard doctor [TEMPLATE]'] },
  'Checks the template and the handlers that its user pools call. Prints each problem with a code, the place, the reason and the fix. Does not call AWS.',
  'Values that are known only at deployment are not checked, and are listed at the end. A resource of the template can accept a finding with a reason: see docs/guides/doctor.md.',
  {
    title: 'Arguments',
    entries: [
      [
        'TEMPLATE',
        'a JSON or YAML template from osls, SAM or the CDK (cdk.out/NAME.template.json), the output of terraform show -json, or a serverless.yml (default). For a serverless.yml, doctor reads the package in .serverless/. If that package is missing or outdated, osls packages the service offline into a temporary folder',
      ],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--json', 'print one JSON object'],
      ['--sarif', 'print SARIF 2.1.0, which code hosts show beside the affected lines'],
      ['--ignore CODE', 'leave out findings with this code; repeatable'],
      [
        '--no-handlers',
        'do not load the handlers, and do not check their rules. Loading a handler runs its top-level code with the environment of the template, without credentials and without access to AWS',
      ],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'nothing was found, or all findings are accepted'],
      ['1', 'there are findings'],
      ['2', 'the usage is invalid, or a file cannot be read'],
    ],
  },
  { title: 'Example', lines: ['lifeguard doctor cdk.out/Shop.template.json'] },
])

/** Runs `lifeguard doctor` and returns its exit code. */
export async function runDoctor(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('doctor', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      sarif: { type: 'boolean', default: false },
      ignore: { type: 'string', multiple: true, default: [] },
      'no-handlers': { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    await io.out(DOCTOR_HELP)
    return EXIT.fine
  }
  const [file, more] = positionals
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one template: lifeguard doctor TEMPLATE`)
  if (values.json && values.sarif) throw new UsageError('Expected --json or --sarif, not both')
  const ignored = new Set(values.ignore.map(parseCode))

  const { folder, environment, signal } = io
  const source = await openSource(file, { working: folder, environment, signal, onNote: (note) => io.err([note]) })
  const codes = await loadCode(source.template, { folder: source.folder, load: !values['no-handlers'] })
  const judged = examine({ template: source.template, codes, today: new Date() })
  const report = buildReport(judged, source, ignored)
  if (values.json) await io.out(JSON.stringify(report, null, 2).split('\n'))
  else if (values.sarif) await io.out(JSON.stringify(toSarif(report, (await readOwnManifest()).version), null, 2).split('\n'))
  else await printDoctor(report, io)
  return report.findings.length > 0 ? EXIT.unexpected : EXIT.fine
}

function parseCode(word: string): Code {
  if (!isCode(word)) throw new UsageError(`--ignore ${word}: expected a code such as LG101. docs/reference/findings.md lists all codes`)
  return word
}

const STYLES: Readonly<Record<Reported['severity'], Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** Prints a report for people, without JSON or SARIF. */
async function printDoctor({ file, findings, accepted, unused, notJudged }: Report, io: Io): Promise<void> {
  // Groups the findings by code, and prints the reason and the fix once per code.
  for (const group of Map.groupBy(findings, ({ code }) => code).values()) {
    const [first] = group
    if (first === undefined) continue
    const { code, severity, title, why, fix } = first
    const lines: readonly Line[] = [
      [createPart(STYLES[severity], `${severity} ${code}`), '  ', createPart('bold', title)],
      ...group.flatMap((each) => [
        `  ${formatFindingPlace(each)}`,
        ...wrapText(each.message, '  '),
        // Not wrapped, so that the lines can be pasted.
        ...(each.paste?.split('\n').map((line) => `    ${line}`) ?? []),
      ]),
      ...wrapText(`Why: ${why}`, '  '),
      ...wrapText(`Fix: ${fix}`, '  '),
    ]
    await io.out([...lines, ''])
  }
  if (accepted.length > 0) {
    const lines = accepted.flatMap(({ code, resource, path, reason }) => [`  ${code}  ${resource}.${path}`, ...wrapText(reason, '    ')])
    await io.out(['Accepted by the template:', ...lines, ''])
  }
  if (unused.length > 0) {
    const lines = unused.map(({ code, resource }) => `  ${code}  ${resource}`)
    await io.out(['Accepted by the template, but not found:', ...lines, ''])
  }
  if (notJudged.length > 0) await io.out(['Not checked:', ...notJudged.flatMap((each) => wrapText(each, '  ')), ''])
  const count = findings.length
  const found = count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`
  await io.out([`${file}: ${found}${accepted.length === 0 ? '' : `, ${accepted.length} accepted`}`])
}

function formatFindingPlace({ file, line, resource, path }: Reported): string {
  return `${file}${line === null ? '' : `:${line}`}  ${resource}.${path}`
}
