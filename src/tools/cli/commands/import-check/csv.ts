import { withoutMark } from '../../../../shared/lines.ts'
import { UsageError } from '../../../lib/errors.ts'

/** A row of a CSV file. */
export interface CsvRow {
  /** The number of the line on which the row starts, counted from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

// An unclosed quote would otherwise collect the rest of a large file in memory.
const MOST_CHARACTERS = 1_000_000

/**
 * Parses CSV (RFC 4180): commas, quoted fields with `""` for a quote, and lines that end in LF or CRLF. Keeps one row in memory. Leaves out blank
 * lines.
 *
 * @param name The name of the input, for error messages. They have line numbers, but no part of a row.
 * @throws UsageError for a misplaced or unclosed quote, or a row of more than a million characters.
 */
export async function* parseCsv(name: string, chunks: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  let line = 1
  let start = 1
  let fields: string[] = []
  let field = ''
  let size = 0
  let state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  let isFirst = true

  const fail = (problem: string): never => {
    throw new UsageError(`${name}, line ${start}: ${problem}`)
  }
  const endField = (): void => {
    fields.push(field)
    field = ''
    state = 'start'
  }
  const endRow = (): CsvRow | undefined => {
    const isBlank = fields.length === 0 && field === '' && state === 'start'
    endField()
    const row = isBlank ? undefined : { line: start, fields }
    fields = []
    size = 0
    return row
  }

  for await (const given of chunks) {
    const chunk = isFirst ? withoutMark(given) : given
    isFirst = false
    for (const character of chunk) {
      if (character === '\n') line += 1
      size += 1
      if (size > MOST_CHARACTERS) fail(`the row has more than ${MOST_CHARACTERS} characters. A quote may not be closed`)
      if (state === 'quoted') {
        if (character === '"') state = 'quote'
        else field += character
      } else if (state === 'quote' && character === '"') {
        field += '"'
        state = 'quoted'
      } else if (character === ',') endField()
      else if (character === '\n') {
        const row = endRow()
        if (row !== undefined) yield row
        start = line
      } else if (character === '\r') continue
      else if (character === '"')
        state = state === 'start' ? 'quoted' : fail('a quote inside a field. Quote the whole field, and double its quotes')
      else {
        if (state === 'quote') fail('a character after a closing quote. Expected a comma or the end of the line')
        field += character
        state = 'plain'
      }
    }
  }
  if (state === 'quoted') fail('a quote is not closed')
  const row = endRow()
  if (row !== undefined) yield row
}
