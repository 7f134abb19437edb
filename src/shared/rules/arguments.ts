// Checks the arguments of combinators and conditions for callers in plain JavaScript, because TypeScript checks them only in TypeScript
// programs. A mistake must throw when the composition is built, not when a user signs up.

/** Describes the kind of a value for an error message: `an array`, `the rule 'require-invite'`, `undefined`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Set) return 'a Set'
  if (isRule(value)) return `the rule '${value.name}'`
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

/** Checks that a value is an object with a `name` and a function `evaluate`. */
export function isRule(value: unknown): value is { readonly name: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && 'evaluate' in value && typeof value.evaluate === 'function'
}

/**
 * Checks that a combinator got at least one argument, and that every argument is a rule.
 *
 * @param owner The start of the error's message, such as `chain()`.
 * @param first The position of the first rule among the combinator's arguments, for the error's message.
 * @throws TypeError without a rule. If an argument is not a rule, the error has its position.
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

/**
 * Checks that an argument is an object with a method.
 *
 * @param name The argument's name in the error's message, such as `the mailer`.
 * @throws TypeError if it is not.
 */
export function assertMethod(owner: string, name: string, value: unknown, method: string, example: string): void {
  if (typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function') return
  throw new TypeError(`${owner}: ${name} is ${describeValue(value)}; expected an object with a method ${method}, such as ${example}`)
}

/** @throws TypeError if the condition is not a function. */
export function assertCondition(owner: string, condition: unknown): void {
  if (typeof condition === 'function') return
  throw new TypeError(
    `${owner}: the condition is ${describeValue(condition)}; expected a condition such as triggeredBy('PreSignUp_SignUp'), or a function that returns a boolean`,
  )
}

/** @throws TypeError without a condition, or if one of them is not a function. */
export function assertConditions(owner: string, conditions: readonly unknown[]): void {
  if (conditions.length === 0) throw new TypeError(`${owner} needs at least one condition`)
  for (const condition of conditions) assertCondition(owner, condition)
}

/** @throws TypeError without an argument, or if an argument is not a string. */
export function assertTexts(owner: string, texts: readonly unknown[]): void {
  if (texts.length === 0) throw new TypeError(`${owner} needs at least one value`)
  for (const [index, text] of texts.entries()) {
    if (typeof text === 'string') continue
    const spread = Array.isArray(text) || text instanceof Set ? 'strings. Spread it: ...values' : 'a string'
    throw new TypeError(`${owner}: argument ${index + 1} is ${describeValue(text)}; expected ${spread}`)
  }
}

/**
 * Checks that options are an object with known names only.
 *
 * @param known The names of all options.
 * @throws TypeError if the options are not an object, or have an unknown name.
 */
export function assertOptions(owner: string, options: unknown, known: readonly string[]): void {
  const expected = `{ ${known.join(', ')} }`
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isRule(options))
    throw new TypeError(`${owner}: the options are ${describeValue(options)}; expected an object with some of ${expected}`)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`${owner}: unknown option '${unknown}'; expected some of ${expected}`)
}

/** The longest time of a timer, in milliseconds. A timer of Node with a longer time fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Checks the time of a timer. `AbortSignal.timeout` rejects a text and a fraction, but only when it is called.
 *
 * @param what The start of the error's message, such as `siteVerify(): timeoutMs`.
 * @throws RangeError if it is not an integer between the bounds.
 */
export function assertMilliseconds(what: string, value: unknown, least: number, most: number = LONGEST_TIMER_MS): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
  const found = typeof value === 'number' ? value : describeValue(value)
  throw new RangeError(`${what} is ${found}; expected an integer from ${least} to ${most}, in milliseconds`)
}
