import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { UsageError } from '../../../lib/errors.ts'
import { STDIN } from '../../../lib/event-files.ts'
import { formatHelp } from '../../help.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { formatCount } from '../../text.ts'
import { type CsvRow, parseCsv } from './csv.ts'
import { type HashJudgement, judgeHash, type Way } from './judge-hash.ts'

const COLUMN = 'passwordHash'

const IMPORT_CHECK_HELP = formatHelp([
  "Check which password hashes fit AWS's import, and which need the user migration trigger.",
  { title: 'Usage', lines: ['lifeguard import-check FILE [--column NAME] [--json]'] },
  "Reads FILE, or standard input for -, as CSV with the names of the columns in the first line. Prints a line for each row that does not fit AWS's import, with the number of the line and the reason. Prints no hash and no other field.",
  {
    title: 'Results',
    entries: [
      ['import', "AWS's import of password hashes takes the row"],
      ['trigger', 'the import does not take the row, but the rule migrateUsers checks the hash'],
      ['reset', 'neither can check the password, so the user must choose a new one'],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--column NAME', `the column with the hashes (default: ${COLUMN})`],
      ['--json', 'print one JSON object for each row, also for those that fit'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', "every row fits AWS's import"],
      ['1', 'a row does not fit'],
      ['2', 'the usage or the file is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard import-check users.csv --column password_hash'] },
])

/** Runs `lifeguard import-check` and returns its exit code. */
export async function runImportCheck(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('import-check', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, column: { type: 'string' }, json: { type: 'boolean' } },
  })
  if (values.help) {
    await io.out(IMPORT_CHECK_HELP)
    return EXIT.fine
  }
  const [file, extra] = positionals
  const usage = 'lifeguard import-check FILE, or - for standard input'
  if (file === undefined) throw new UsageError(`Missing file. Expected: ${usage}`)
  if (extra !== undefined) throw new UsageError(`Unexpected argument '${extra}'. Expected one file: ${usage}`)
  const name = file === STDIN ? 'standard input' : file
  const counts: Record<Way, number> = { import: 0, trigger: 0, reset: 0 }
  for await (const { line, way, reason } of judgeRows(name, parseCsv(name, await openInput(file, io)), values.column ?? COLUMN)) {
    if (io.signal.aborted) return EXIT.usage
    counts[way] += 1
    if (values.json) await io.out([JSON.stringify({ line, way, reason })])
    else if (way !== 'import') await io.out([`line ${line}: ${way}: ${reason}`])
  }
  const rows = counts.import + counts.trigger + counts.reset
  if (rows === 0) throw new UsageError(`${name}: contains no row below the names of the columns`)
  if (!values.json)
    await io.out([
      `${formatCount(rows, 'row')}: ${counts.import} for the import, ${counts.trigger} for the trigger, ${counts.reset} to reset`,
    ])
  return counts.import === rows ? EXIT.fine : EXIT.unexpected
}

async function* judgeRows(
  name: string,
  rows: AsyncIterable<CsvRow>,
  column: string,
): AsyncGenerator<HashJudgement & { readonly line: number }> {
  let width: number | undefined
  let place = -1
  for await (const { line, fields } of rows) {
    if (width === undefined) {
      width = fields.length
      place = findColumn(name, fields, column)
      continue
    }
    if (fields.length !== width)
      throw new UsageError(`${name}, line ${line}: ${formatCount(fields.length, 'field')}; expected ${width}, as in the first line`)
    yield { line, ...judgeHash(fields[place] ?? '') }
  }
}

/** Finds the column with the hashes. The errors name no other column, because the first line may hold a hash by mistake. */
function findColumn(name: string, fields: readonly string[], column: string): number {
  const places = fields.flatMap((field, place) => (field.trim() === column ? [place] : []))
  const [place, second] = places
  if (place === undefined)
    throw new UsageError(
      `${name}: the first line has no column '${column}'. Expected the names of the columns in the first line. Name the column with the hashes with --column NAME`,
    )
  if (second !== undefined) throw new UsageError(`${name}: the first line has the column '${column}' twice`)
  return place
}

async function openInput(file: string, io: Io): Promise<AsyncIterable<string>> {
  if (file === STDIN) return io.input()
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.isDirectory()) throw new UsageError(`${file}: ${found ? 'is a folder, not a file' : 'no such file'}`)
  return createReadStream(file, 'utf8')
}
