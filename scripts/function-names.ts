/** Function names that may end in Of, In or Named, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  anyOf: 'a combinator of the rule language',
  emailDomainIn: 'a condition of the rule language',
  oneOf: 'a field of settings',
  isOneOf: 'a DynamoDB condition, named as a predicate',
  onBehalfOf: 'a public rule with the usual name of the delegation',
}

/** Matches declarations of functions, and of constants that hold a function. */
const FUNCTION = /\bfunction\*?\s+(\w+)|\bconst\s+(\w+)\s*(?::[^=\n]*)?=\s*(?:async\s*)?(?:function\b|(?:<[^=\n]*>)?\(|\w+\s*=>)/g

// Sign-in is a noun of the field, and signed in its participle.
const ENDS_IN_PREPOSITION = /[a-z](?:Of|(?<![Ss]ign|[Ss]igned)In|Named)$/

/** Lists the functions of a program whose names are not verbs: they end in Of, In or Named. `at` is the offset of the declaration. */
export function listBadNames(program: string): readonly { readonly at: number; readonly name: string }[] {
  const code = program.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  const names = [...code.matchAll(FUNCTION)].map(({ 1: declared, 2: constant, index }) => ({ at: index, name: declared ?? constant ?? '' }))
  return names.filter(({ name }) => ENDS_IN_PREPOSITION.test(name) && !Object.hasOwn(ALLOWED, name))
}
