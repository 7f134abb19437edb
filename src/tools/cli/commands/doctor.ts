import { type Code, isCode } from '../../doctor/codes.ts'
import { examine } from '../../doctor/examine.ts'
import { loadCode } from '../../doctor/load-code.ts'
import { reportOf } from '../../doctor/report.ts'
import { sarifOf } from '../../doctor/sarif.ts'
import { openSource } from '../../doctor/source.ts'
import { UsageError } from '../../lib/errors.ts'
import { DOCTOR_HELP } from '../doctor-usage.ts'
import { EXIT, type Io } from '../io.ts'
import { parse } from '../options.ts'
import { printDoctor } from '../print-doctor.ts'
import { version } from '../version.ts'

/** `lifeguard doctor`. */
export async function doctorCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse('doctor', {
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
  const ignored = new Set(values.ignore.map(codeNamed))

  const { folder, environment, signal } = io
  const source = await openSource(file, { working: folder, environment, signal, onNote: (note) => io.err([note]) })
  const codes = await loadCode(source.template, { folder: source.folder, load: !values['no-handlers'] })
  const judged = examine({ template: source.template, codes, today: new Date() })
  const report = reportOf(judged, source, ignored)
  if (values.json) await io.out(JSON.stringify(report, null, 2).split('\n'))
  else if (values.sarif) await io.out(JSON.stringify(sarifOf(report, await version()), null, 2).split('\n'))
  else await printDoctor(report, io)
  return report.findings.length > 0 ? EXIT.unexpected : EXIT.fine
}

function codeNamed(word: string): Code {
  if (!isCode(word)) throw new UsageError(`--ignore ${word}: no code of doctor; docs/doctor.md has them all`)
  return word
}
