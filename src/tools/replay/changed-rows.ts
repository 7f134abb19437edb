/** A row of a table, as JSON. A set is an array, and a binary value is base64. */
export type Row = Readonly<Record<string, unknown>>

/** Returns the rows of each table that are new or changed. Leaves out tables without such a row. */
export function findChangedRows(
  before: ReadonlyMap<string, readonly Row[]>,
  after: ReadonlyMap<string, readonly Row[]>,
): ReadonlyMap<string, readonly Row[]> {
  const changed = [...after].map(([table, rows]) => {
    const known = new Set((before.get(table) ?? []).map((row) => JSON.stringify(row)))
    return [table, rows.filter((row) => !known.has(JSON.stringify(row)))] as const
  })
  return new Map(changed.filter(([, rows]) => rows.length > 0))
}
