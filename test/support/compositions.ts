import * as fc from 'fast-check'
import type { Term } from './notation.ts'

export const word = (text: string): Term => ({ word: text, terms: [] })

const conditionTerm = fc.constantFrom('yes', 'no', 'throws').map(word)

/** Generates random compositions of all combinators. `leaves` are the rules inside the combinators. */
export function compositions(leaves: readonly string[]): fc.Arbitrary<Term> {
  return fc.letrec<{ rule: Term }>((tie) => {
    const some = fc.array(tie('rule'), { minLength: 1, maxLength: 4 })
    const made = (name: string, terms: fc.Arbitrary<readonly Term[]>): fc.Arbitrary<Term> =>
      terms.map((inner) => ({ word: name, terms: inner }))
    return {
      rule: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'rule' },
        fc.constantFrom(...leaves).map((leaf) => (leaf.startsWith('set') ? { word: 'set', terms: [word(leaf.slice(4))] } : word(leaf))),
        made('chain', some),
        made('anyOf', some),
        made(
          'when',
          fc.tuple(conditionTerm, some).map(([condition, rules]) => [condition, ...rules]),
        ),
        made('denyIf', fc.tuple(conditionTerm)),
        made('failOpen', fc.tuple(tie('rule'))),
        made('failClosed', fc.tuple(tie('rule'))),
        made('shadow', fc.tuple(tie('rule'))),
      ),
    }
  }).rule
}
