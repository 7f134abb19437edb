import * as z from 'zod/mini'

/** What takes the place of a value that only CloudFormation knows, so that the rest can be checked beside it. */
export interface StandIn {
  readonly text: string
  /** Whether the setting takes every text, as the name of a table does, so that nothing is left unchecked. */
  readonly anyText: boolean
}

// One for each kind of setting; what has words of its own stands in for itself.
const TEXTS = ['x', 'example.com', 'somebody@example.com', 'https://example.com', '2026-01-31', 'x'.repeat(64)]

/**
 * A text that a setting takes.
 *
 * @throws Error where there is none: a new kind of setting needs one here.
 */
export function standIn(name: string, field: z.core.$ZodType): StandIn {
  const text = [...TEXTS, ...wordsOf(field)].find((each) => z.safeParse(field, each).success)
  if (text === undefined) throw new Error(`scripts/deployment/stand-in.ts knows no text that ${name} takes`)
  return { text, anyText: text === TEXTS[0] }
}

function wordsOf(field: z.core.$ZodType): readonly string[] {
  if (field instanceof z.core.$ZodOptional || field instanceof z.core.$ZodDefault) return wordsOf(field._zod.def.innerType)
  if (field instanceof z.core.$ZodPipe) return wordsOf(field._zod.def.out)
  return field instanceof z.core.$ZodEnum ? Object.values(field._zod.def.entries).map(String) : []
}
