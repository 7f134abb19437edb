// Checks of what compositions are made of. Types check the same; plain JavaScript does not, and what is wrong must show when the
// composition is made, not when a user signs up.

/** Names a value by what it is: `an array`, `a rule`, `undefined`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Set) return 'a Set'
  if (isRule(value)) return `the rule '${value.name}'`
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

/** Whether a value has what makes a rule: a name, and a function `evaluate`. */
export function isRule(value: unknown): value is { readonly name: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && 'evaluate' in value && typeof value.evaluate === 'function'
}

/**
 * Checks the rules of a composition.
 *
 * @param owner Stands at the start of the error's message: `chain()`.
 * @throws TypeError that names the place when there is none, or one of them is not a rule.
 */
export function assertRules(owner: string, rules: readonly unknown[], first: number = 1): void {
  if (rules.length === 0) throw new TypeError(`${owner} needs at least one rule`)
  for (const [index, rule] of rules.entries()) {
    if (isRule(rule)) continue
    const spread = Array.isArray(rule) || rule instanceof Set ? `rules. Spread it: ...rules` : 'a rule'
    const make = typeof rule === 'function' ? ": make one with defineRule('name', ...)" : ''
    throw new TypeError(`${owner}: argument ${first + index} is ${describeValue(rule)}; expected ${spread}${make}`)
  }
}

/** @throws TypeError when a condition is not a function. */
export function assertCondition(owner: string, condition: unknown): void {
  if (typeof condition === 'function') return
  throw new TypeError(
    `${owner}: the condition is ${describeValue(condition)}; expected a condition such as triggeredBy('PreSignUp_SignUp'), or a function that returns a boolean`,
  )
}

/** @throws TypeError when there is no condition, or one of them is not a function. */
export function assertConditions(owner: string, conditions: readonly unknown[]): void {
  if (conditions.length === 0) throw new TypeError(`${owner} needs at least one condition`)
  for (const condition of conditions) assertCondition(owner, condition)
}

/** @throws TypeError when there is no text, or one of the arguments is not a text. */
export function assertTexts(owner: string, texts: readonly unknown[]): void {
  if (texts.length === 0) throw new TypeError(`${owner} needs at least one value`)
  for (const [index, text] of texts.entries()) {
    if (typeof text === 'string') continue
    const spread = Array.isArray(text) || text instanceof Set ? 'texts. Spread it: ...values' : 'a text'
    throw new TypeError(`${owner}: argument ${index + 1} is ${describeValue(text)}; expected ${spread}`)
  }
}

/**
 * Checks the options of a rule.
 *
 * @param known The names of all options.
 * @throws TypeError when it is not an object, or has an option that does not exist.
 */
export function assertOptions(owner: string, options: unknown, known: readonly string[]): void {
  const expected = `{ ${known.join(', ')} }`
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isRule(options))
    throw new TypeError(`${owner}: the options are ${describeValue(options)}; expected an object with some of ${expected}`)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`${owner}: there is no option '${unknown}'; expected some of ${expected}`)
}
