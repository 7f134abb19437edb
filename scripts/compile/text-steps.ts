import * as z from 'zod/mini'
import { assertRead, assertUnchecked, describe, NotCompiled, quoted } from './known.ts'

/** A condition of a value and what to say where it does not hold, as source text. */
export interface Condition {
  /** True of a value that fits. */
  readonly fits: (value: string) => string
  /** What should stand there instead. */
  readonly expected: (value: string) => string
  /** Whether checks across variables run nevertheless. */
  readonly goOn: boolean
}

/** What becomes of a text: it may be refused, be made into something else, and that may be none of a few words. */
export interface TextSteps {
  /** What to say where there is none, as source text. */
  readonly missing: () => string
  readonly checks: readonly Condition[]
  /** The name of a function. */
  readonly transform: string | undefined
  readonly words: Condition | undefined
}

/** Finds the name under which a function of a schema can be imported. */
export type ExportedAs = (fn: unknown) => string | undefined

/**
 * Takes the schema of a text apart: a text with checks, or words, or both; and a function in between.
 *
 * @throws NotCompiled
 */
export function textSteps(schema: z.core.$ZodType, place: string, exportedAs: ExportedAs): TextSteps {
  const leaves = leavesOf(schema, place)
  const first = leaves[0]
  const text = first instanceof z.core.$ZodString ? first : undefined
  const transforms = leaves.filter((leaf) => leaf instanceof z.core.$ZodTransform)
  const words = leaves.filter((leaf) => leaf instanceof z.core.$ZodEnum)
  const [transform] = transforms
  const rightOrder = [text, transform, words[0]].filter((leaf) => leaf !== undefined)
  const unknown = leaves.find((leaf) => ![z.core.$ZodString, z.core.$ZodTransform, z.core.$ZodEnum].some((kind) => leaf instanceof kind))
  if (unknown !== undefined) throw new NotCompiled(place, `${describe(unknown)} is not compiled here`)
  if (leaves.length !== rightOrder.length || leaves.some((leaf, index) => leaf !== rightOrder[index]) || first === transform) {
    throw new NotCompiled(place, 'compiled are a text, a function and words, in this order, the first and the last of which may be missing')
  }
  if (text !== undefined) assertRead(text, [], place)
  return {
    missing: () => expectedBy(first ?? schema, place, exportedAs)('undefined'),
    checks: (text?._zod.def.checks ?? []).map((check) => checkOf(check, place, exportedAs)),
    transform: transform === undefined ? undefined : transformOf(transform, place, exportedAs),
    words: words[0] === undefined ? undefined : wordsOf(words[0], place, exportedAs),
  }
}

/** What pipes are made of, in their order. */
function leavesOf(schema: z.core.$ZodType, place: string): readonly z.core.$ZodType[] {
  if (!(schema instanceof z.core.$ZodPipe)) return [schema]
  assertRead(schema, ['in', 'out'], place)
  assertUnchecked(schema, place)
  return [...leavesOf(schema._zod.def.in, place), ...leavesOf(schema._zod.def.out, place)]
}

function transformOf(schema: z.core.$ZodTransform, place: string, exportedAs: ExportedAs): string {
  assertRead(schema, ['transform'], place)
  assertUnchecked(schema, place)
  return known(schema._zod.def.transform, place, exportedAs)
}

function wordsOf(schema: z.core.$ZodEnum, place: string, exportedAs: ExportedAs): Condition {
  assertRead(schema, ['entries'], place)
  assertUnchecked(schema, place)
  const words = Object.values(schema._zod.def.entries).map(String)
  return {
    fits: (value) => words.map((word) => `${value} === ${quoted(word)}`).join(' || '),
    expected: expectedBy(schema, place, exportedAs),
    goOn: false,
  }
}

function checkOf(check: z.core.$ZodCheck, place: string, exportedAs: ExportedAs): Condition {
  const expected = expectedBy(check, place, exportedAs)
  const goOn = check._zod.def.abort !== true
  if (check instanceof z.core.$ZodCheckMinLength) {
    assertRead(check, ['minimum', 'when'], place)
    const { minimum } = check._zod.def
    // As zod counts: a character outside the basic plane is one, not two.
    return { fits: (value) => `[...${value}].length >= ${minimum}`, expected, goOn }
  }
  if (!(check instanceof z.core.$ZodCustom)) throw new NotCompiled(place, `${describe(check)} is a check that is not compiled`)
  assertRead(check, ['fn'], place)
  const name = known(check._zod.def.fn, place, exportedAs)
  return { fits: (value) => `${name}(${value})`, expected, goOn }
}

function known(fn: unknown, place: string, exportedAs: ExportedAs): string {
  const name = exportedAs(fn)
  if (name === undefined) throw new NotCompiled(place, 'a function that shared/settings/values.ts does not export')
  return name
}

/** The words of a schema or a check for what should stand there. Asked for only where they can be needed. */
export function expectedBy(part: z.core.$ZodType | z.core.$ZodCheck, place: string, exportedAs: ExportedAs): (value: string) => string {
  const { error } = part._zod.def
  return (value) => {
    if (error === undefined) throw new NotCompiled(place, `${describe(part)} does not say what is expected`)
    const name = exportedAs(error)
    if (name !== undefined) return `${name}({ input: ${value} })`
    // zod makes of a text a function without a parameter.
    const text: unknown = error.length === 0 ? Reflect.apply(error, undefined, []) : undefined
    if (typeof text !== 'string') throw new NotCompiled(place, 'what is expected is neither a text nor said by a function of values.ts')
    return quoted(text)
  }
}
