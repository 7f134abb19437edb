import { DEEPEST } from './json.ts'

/** Thrown if text is neither JSON nor the notation of `util.inspect`. */
export class NotationError extends Error {
  override readonly name = 'NotationError'
  /** True if `util.inspect` cut the value off, so that the text lacks a part of the value. */
  readonly cutOff: boolean
  constructor(message: string, cutOff: boolean = false) {
    super(message)
    this.cutOff = cutOff
  }
}

// Each expression matches at the current position.
const SPACE = /\s*/y
const KEY = /[A-Za-z_$][\w$]*/y
const STRING = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/y
const WORD = /-?\d[\d.]*(?:[eE][+-]?\d+)?n?|-?Infinity|\w+/y
// util.inspect writes these for values that are nested too deep, too long or circular, and for parts of long lists and strings.
const CUT_OFF = /\[(?:Object|Array|Circular)\b[^\]{]*\]|\.\.\. \d+ more/y
// A part of the text that says only that an object has no prototype.
const NO_PROTOTYPE = /\[Object: null prototype\]\s*/y
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
])
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
])

/**
 * Parses the notation in which `console.log` prints a value, which contains JSON. Never runs code.
 *
 * @param start The position of the value.
 * @returns The value, without properties that are undefined, and the position after it.
 * @throws NotationError if the text at this position is not a value, or was cut off.
 * @example
 * parseNotation("{ userName: 'mary', session: [] }").value // { userName: 'mary', session: [] }
 */
export function parseNotation(text: string, start: number = 0): { readonly value: unknown; readonly end: number } {
  let at = start
  const take = (expression: RegExp): string | undefined => {
    expression.lastIndex = at
    const [found] = expression.exec(text) ?? []
    at += found?.length ?? 0
    return found
  }
  const takeMark = (mark: string): boolean => {
    take(SPACE)
    if (text[at] !== mark) return false
    at += 1
    return true
  }
  const fail = (expected: string): never => {
    const cut = take(CUT_OFF)
    if (cut === undefined) throw new NotationError(`expected ${expected} at position ${at}`)
    throw new NotationError(`cut off at '${cut}'`, true)
  }

  const readItems = (close: string, depth: number, readItem: (depth: number) => void): void => {
    if (depth > DEEPEST) throw new NotationError(`nested more than ${DEEPEST} levels deep`)
    if (takeMark(close)) return
    do {
      take(SPACE)
      readItem(depth)
    } while (takeMark(','))
    if (!takeMark(close)) fail(`',' or '${close}'`)
  }
  const readObject = (depth: number): unknown => {
    const entries: [string, unknown][] = []
    readItems('}', depth, (inner) => {
      const quoted = take(STRING)
      const key = quoted === undefined ? (take(KEY) ?? fail('a key')) : unquote(quoted)
      if (!takeMark(':')) fail("':'")
      const value = readValue(inner)
      if (value !== undefined) entries.push([key, value])
    })
    return Object.fromEntries(entries)
  }
  const readArray = (depth: number): unknown => {
    const items: unknown[] = []
    readItems(']', depth, (inner) => void items.push(readValue(inner) ?? null))
    return items
  }
  const readValue = (depth: number): unknown => {
    take(SPACE)
    take(NO_PROTOTYPE)
    CUT_OFF.lastIndex = at
    if (CUT_OFF.test(text)) fail('a value')
    if (takeMark('{')) return readObject(depth + 1)
    if (takeMark('[')) return readArray(depth + 1)
    const quoted = take(STRING)
    if (quoted !== undefined) return unquote(quoted)
    const word = take(WORD) ?? fail('a value')
    return WORDS.has(word) ? WORDS.get(word) : toNumber(word)
  }

  const value = readValue(0)
  return { value, end: at }
}

function toNumber(word: string): number {
  const number = Number(word.replace(/n$/, ''))
  if (Number.isNaN(number)) throw new NotationError(`unknown value '${word.slice(0, 40)}'`)
  return number
}

function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}|(.))/gs, (_, byte, unit, point, other: string) => {
      const hex: string | undefined = byte ?? unit
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      return point === undefined ? (ESCAPES.get(other) ?? other) : String.fromCodePoint(Number.parseInt(point, 16))
    })
}
