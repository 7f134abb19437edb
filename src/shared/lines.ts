const BYTE_ORDER_MARK = '\uFEFF'

/** A line of a stream. */
export interface Line {
  /** The line number, counted from 1. Blank lines count too, so that editors show the same number. */
  readonly number: number
  readonly text: string
}

/** Splits a stream of text into its lines, keeping no more than a chunk and a line in memory. Blank lines are left out. */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<Line> {
  let number = 0
  let rest: string[] = []
  for await (const chunk of chunks) {
    const [first = '', ...others] = chunk.split('\n')
    rest.push(first)
    for (const next of others) {
      number += 1
      yield* toLine(number, rest.join(''))
      rest = [next]
    }
  }
  yield* toLine(number + 1, rest.join(''))
}

function* toLine(number: number, raw: string): Generator<Line> {
  const text = (number === 1 ? withoutMark(raw) : raw).trim()
  if (text !== '') yield { number, text }
}

/** Removes a byte order mark. Editors on Windows write one at the start of a file, but JSON does not allow it. */
export function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}
