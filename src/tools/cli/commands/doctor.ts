import { type Code, isCode } from '../../doctor/codes.ts'
import { examine } from '../../doctor/examine.ts'
import { loadCode } from '../../doctor/load-code.ts'
import { buildReport, type Report, type Reported } from '../../doctor/report.ts'
import { toSarif } from '../../doctor/sarif.ts'
import { openSource } from '../../doctor/source.ts'
import { UsageError } from '../../lib/errors.ts'
import { readOwnManifest } from '../../lib/own-package.ts'
import { createPart, EXIT, type Io, type Line, type Style } from '../io.ts'
import { parseOptions } from '../options.ts'
import { wrapText } from '../text.ts'

/** What lifeguard doctor --help says. */
const DOCTOR_HELP = `lifeguard doctor [serverless.yml | TEMPLATE]

Reads a CloudFormation template, and of the functions that its user pools call the handlers, and
tells what is wrong with the deployment: each with a code, the place, why it bites, and the fix.

TEMPLATE  JSON or YAML, as osls, the CDK (cdk.out/NAME.template.json) or SAM have it. Of
          serverless.yml, which is read unless given, what it was packaged to in .serverless/; if
          that is missing or older, osls packages it into a temporary folder, offline

  --json          one JSON object on standard output
  --sarif         SARIF 2.1.0 on standard output, for a code host
  --ignore CODE   leaves findings of that code out; may be repeated
  --no-handlers   does not load the handlers, so that their rules are not known. Loading one runs
                  what stands outside its function, with the environment of the template, no
                  credentials, and no way to AWS

What only the deployment decides is not judged, and said so at the end.

A resource may accept a finding, with a reason; docs/guides/doctor.md says how.

Exit code: 0 nothing found, or all of it accepted; 1 something was; 2 bad usage, or something that
cannot be read.`

/** `lifeguard doctor`. */
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
    await io.out(DOCTOR_HELP.split('\n'))
    return EXIT.fine
  }
  const [file, more] = positionals
  if (more !== undefined) throw new UsageError(`doctor takes one template; '${more}' is a second one`)
  if (values.json && values.sarif) throw new UsageError('--json and --sarif are two forms of one report: choose one')
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
  if (!isCode(word)) throw new UsageError(`--ignore ${word}: no code of doctor; docs/guides/doctor.md has them all`)
  return word
}

const STYLES: Readonly<Record<Reported['severity'], Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** Shows a report to people. */
async function printDoctor({ file, findings, accepted, unused, notJudged }: Report, io: Io): Promise<void> {
  // Why and how to mend it is the same for all findings of a code.
  for (const group of Map.groupBy(findings, ({ code }) => code).values()) {
    const [first] = group
    if (first === undefined) continue
    const { code, severity, title, why, fix } = first
    const lines: readonly Line[] = [
      [createPart(STYLES[severity], `${severity} ${code}`), '  ', createPart('bold', title)],
      ...group.flatMap((each) => [`  ${formatFindingPlace(each)}`, ...wrapText(each.message, '  ')]),
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
    await io.out(['Accepted by the template, and not found:', ...lines, ''])
  }
  if (notJudged.length > 0) await io.out(['Not judged:', ...notJudged.flatMap((each) => wrapText(each, '  ')), ''])
  const count = findings.length
  const found = count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`
  await io.out([`${file}: ${found}${accepted.length === 0 ? '' : `, ${accepted.length} accepted`}`])
}

function formatFindingPlace({ file, line, resource, path }: Reported): string {
  return `${file}${line === null ? '' : `:${line}`}  ${resource}.${path}`
}
