import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRow, parseCsv } from '../../../../../src/tools/cli/commands/import-check/csv.ts'
import { runs } from '../../../../support/runs.ts'

/** Parses a text in chunks of a size. */
async function parse(text: string, size: number = text.length || 1): Promise<readonly CsvRow[]> {
  async function* chunks(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
  }
  const rows: CsvRow[] = []
  for await (const row of parseCsv('users.csv', chunks())) rows.push(row)
  return rows
}

describe('parseCsv', () => {
  it('reads quoted fields, both kinds of line ends and a byte order mark, and numbers the lines', async () => {
    const text = '\uFEFFname,note\r\n"Keller, Mary","says ""hi""\nand more"\n\n,\nlast,row'
    for (const size of [1, 2, 7, 1000]) {
      expect(await parse(text, size)).toEqual([
        { line: 1, fields: ['name', 'note'] },
        { line: 2, fields: ['Keller, Mary', 'says "hi"\nand more'] },
        { line: 5, fields: ['', ''] },
        { line: 6, fields: ['last', 'row'] },
      ])
    }
  })

  it('reads an empty quoted field, and no row from an empty file', async () => {
    expect(await parse('""\n')).toEqual([{ line: 1, fields: [''] }])
    expect(await parse('')).toEqual([])
    expect(await parse('\n\r\n')).toEqual([])
  })

  it('reads back any rows that are written with quotes', async () => {
    const row = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', '\n', '\r') }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const text = rows.map((fields) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')).join('\n')
        expect((await parse(text, size)).map(({ fields }) => fields)).toEqual(rows)
      }),
      { numRuns: runs(100) },
    )
  })

  it.each([
    ['a,b\n1,"secret', 'users.csv, line 2: a quote is not closed'],
    ['a\nsec"ret', 'users.csv, line 2: a quote inside a field'],
    ['a\n"sec"ret', 'users.csv, line 2: a character after a closing quote'],
    [`a\n"${'x'.repeat(1_000_001)}`, 'users.csv, line 2: the row has more than 1000000 characters'],
  ])('throws for a broken row, without a part of it', async (text, message) => {
    const error: unknown = await parse(text).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) })
    expect(String(error)).not.toMatch(/sec|xxx/)
  })
})
