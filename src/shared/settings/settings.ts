import { LifeguardError } from '../rules/errors.ts'

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One variable of the environment. */
export interface Field<V> {
  /** What the variable should hold, for the error: `one of exempt, judge`. */
  readonly expected: string
  /** Returns the value, or undefined for a text that is not valid. An error that it throws is shown after `expected`. */
  readonly read: (text: string) => V | undefined
  /** The value of a variable that is not set. A field without this key is required. */
  readonly default?: V | undefined
  /** A text that `read` accepts. */
  readonly example: string
}

/** The fields of settings: one for each property, and a `default` for each property that may be missing. */
export type Fields<S> = {
  readonly [Name in keyof S]-?: undefined extends S[Name]
    ? Field<Exclude<S[Name], undefined>> & { readonly default: S[Name] }
    : Field<S[Name]>
}

/** A variable that must be set where another one is. */
export interface Requirement<S> {
  readonly set: keyof S & string
  readonly requires: keyof S & string
  /** What `requires` should hold, and why. */
  readonly expected: string
}

/** What a function reads from its environment. */
export interface SettingsTable<S> {
  readonly fields: Fields<S>
  readonly requirements?: readonly Requirement<S>[]
}

/** Settings of a deployment that are not valid. */
export class InvalidSettingsError extends LifeguardError {
  override readonly name = 'InvalidSettingsError'
  override readonly code = 'invalid-settings'
  /** One line for each variable: its name, what it holds and what it should hold. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The settings in the environment are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Makes a field optional. */
export function optional<V>(field: Field<V>): Field<V> & { readonly default: undefined } {
  return { ...field, default: undefined }
}

/**
 * Reads settings from the environment, once, in the init phase. An empty variable counts as not set: deployment tools write
 * those for parameters without a value.
 *
 * @throws InvalidSettingsError that names each wrong variable, what it holds and what it should hold.
 * @example
 * const settings = readSettings<{ BLOCK_TABLE: string }>({ fields: { BLOCK_TABLE: nonEmptyString('the name of a table') } }, process.env)
 */
export function readSettings<S extends object>({ fields, requirements = [] }: SettingsTable<S>, environment: Environment): S {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) values[name] = readField(name, field, environment, problems)
  for (const { set, requires, expected } of requirements) {
    // A required field that is missing stands in the list already.
    if (environment[set] && !environment[requires] && 'default' in fields[requires]) problems.push(problem(requires, expected, environment))
  }
  if (problems.length > 0) throw new InvalidSettingsError(problems)
  // The loop has filled in each field of S; TypeScript cannot follow keys through a loop.
  return values as S
}

function readField(name: string, field: Field<unknown>, environment: Environment, problems: string[]): unknown {
  const text = environment[name]
  if (!text && 'default' in field) return field.default
  let why = ''
  try {
    const value = text ? field.read(text) : undefined
    if (value !== undefined) return value
  } catch (error) {
    why = ` (${error instanceof Error ? error.message : String(error)})`
  }
  problems.push(problem(name, `${field.expected}${why}`, environment))
  return undefined
}

// A key must not stand in a log, not even a wrong one.
const SECRET = /KEY|SECRET|TOKEN|PASSWORD/
const MAX_SHOWN = 120

function problem(name: string, expected: string, environment: Environment): string {
  const value = environment[name]
  if (value === undefined || value === '') return `${name} is missing; expected ${expected}`
  if (SECRET.test(name)) return `${name} is set to a value that is not shown; expected ${expected}`
  const shown = JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value)
  return `${name} is ${shown}; expected ${expected}`
}
