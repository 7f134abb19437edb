import * as z from 'zod/mini'
import { assertRead, assertUnchecked, describe, NotCompiled, quoted } from './known.ts'

/** A condition in source text, true of a value that is refused. */
type Refusal = (value: string) => string

/** What becomes of a text that is set: it may be refused, be made into something else, and that may be refused. */
export interface TextSteps {
  readonly before: readonly Refusal[]
  /** The name of a function. */
  readonly transform: string | undefined
  readonly after: readonly Refusal[]
}

/**
 * Takes the schema of a text apart.
 *
 * @param nameOf What a function of the schema is exported as, if it is.
 * @throws NotCompiled
 */
export function textSteps(schema: z.core.$ZodType, place: string, nameOf: (fn: unknown) => string | undefined): TextSteps {
  const known = (fn: unknown): string => {
    const name = nameOf(fn)
    if (name === undefined) throw new NotCompiled(place, 'a function that is not exported by shared/settings/values.ts')
    return name
  }
  const [first, ...rest] = leaves(schema, place)
  if (first === undefined || first instanceof z.core.$ZodTransform) throw new NotCompiled(place, 'what is set is not checked to be a text')
  const [next, ...after] = rest
  if (!(next instanceof z.core.$ZodTransform)) {
    return { before: [first, ...rest].flatMap((leaf) => refusalsOf(leaf, place, known)), transform: undefined, after: [] }
  }
  if (!after.every((leaf) => leaf instanceof z.core.$ZodEnum)) throw new NotCompiled(place, 'only words may follow a function')
  assertRead(next, ['transform'], place)
  assertUnchecked(next, place)
  return {
    before: refusalsOf(first, place, known),
    transform: known(next._zod.def.transform),
    after: after.flatMap((leaf) => refusalsOf(leaf, place, known)),
  }
}

/** What pipes are made of, in their order. */
function leaves(schema: z.core.$ZodType, place: string): readonly z.core.$ZodType[] {
  if (!(schema instanceof z.core.$ZodPipe)) return [schema]
  assertRead(schema, ['in', 'out'], place)
  assertUnchecked(schema, place)
  return [...leaves(schema._zod.def.in, place), ...leaves(schema._zod.def.out, place)]
}

function refusalsOf(schema: z.core.$ZodType, place: string, known: (fn: unknown) => string): readonly Refusal[] {
  if (schema instanceof z.core.$ZodEnum) {
    assertRead(schema, ['entries'], place)
    assertUnchecked(schema, place)
    const words = Object.values(schema._zod.def.entries).map(String)
    return [(value) => words.map((word) => `${value} !== ${quoted(word)}`).join(' && ')]
  }
  if (!(schema instanceof z.core.$ZodString)) throw new NotCompiled(place, `${describe(schema)} is not compiled here`)
  assertRead(schema, [], place)
  return (schema._zod.def.checks ?? []).map((check) => checkRefusal(check, place, known))
}

function checkRefusal(check: z.core.$ZodCheck, place: string, known: (fn: unknown) => string): Refusal {
  if (check instanceof z.core.$ZodCheckMinLength) {
    assertRead(check, ['minimum', 'when'], place)
    const { minimum } = check._zod.def
    // As zod counts: a character outside the basic plane is one, not two.
    return (value) => `[...${value}].length < ${minimum}`
  }
  if (!(check instanceof z.core.$ZodCustom)) throw new NotCompiled(place, `${describe(check)} is a check that is not compiled`)
  assertRead(check, ['fn'], place)
  const name = known(check._zod.def.fn)
  return (value) => `!${name}(${value})`
}
