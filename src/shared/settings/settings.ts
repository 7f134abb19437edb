import { LifeguardError } from '../rules/errors.ts'

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Describes how to read one environment variable. */
export interface Field<V> {
  /** The expected value, for the error message: `one of exempt, judge`. */
  readonly expected: string
  /** Parses the variable's value. Returns undefined if the value is invalid. The message of a thrown error is shown after `expected`. */
  readonly read: (text: string) => V | undefined
  /** The value if the variable is not set. A field without this key is required. */
  readonly default?: V | undefined
  /** An example of a value that `read` accepts. */
  readonly example: string
}

/** One field for each setting. A setting that may be undefined needs a `default`. */
export type Fields<S> = {
  readonly [Name in keyof S]-?: undefined extends S[Name]
    ? Field<Exclude<S[Name], undefined>> & { readonly default: S[Name] }
    : Field<S[Name]>
}

/** Makes the variable `requires` required if the variable `set` is set, or if it has the value `is`. */
export interface Requirement<S> {
  readonly set: keyof S & string
  /** The value of `set` that requires the other variable. By default, any value. */
  readonly is?: string
  readonly requires: keyof S & string
  /** The expected value of the variable `requires`, and the reason why it is required. */
  readonly expected: string
}

/** The settings that a function reads from its environment. */
export interface SettingsTable<S> {
  readonly fields: Fields<S>
  readonly requirements?: readonly Requirement<S>[]
}

/** Thrown if settings of a deployment are invalid. */
export class InvalidSettingsError extends LifeguardError {
  override readonly name = 'InvalidSettingsError'
  override readonly code = 'invalid-settings'
  /** One line per invalid variable, with its name, its value and the expected value. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`Invalid settings in the environment:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Returns the field with `default: undefined`, so that it is optional. */
export function optional<V>(field: Field<V>): Field<V> & { readonly default: undefined } {
  return { ...field, default: undefined }
}

/**
 * Reads settings from environment variables. Call it once, in the init phase. An empty variable counts as not set, because deployment
 * tools write empty variables for parameters without a value.
 *
 * @throws InvalidSettingsError if a variable is missing or invalid. The error lists all of them.
 * @example
 * const settings = readSettings<{ BLOCK_TABLE: string }>({ fields: { BLOCK_TABLE: nonEmptyString('the name of a table') } }, process.env)
 */
export function readSettings<S extends object>({ fields, requirements = [] }: SettingsTable<S>, environment: Environment): S {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) values[name] = readField(name, field, environment, problems)
  for (const { set, is = environment[set], requires, expected } of requirements) {
    // Skip a field without a default, because it is already reported as missing.
    if (environment[set] && environment[set] === is && !environment[requires] && 'default' in fields[requires])
      problems.push(describeProblem(requires, expected, environment))
  }
  if (problems.length > 0) throw new InvalidSettingsError(problems)
  // The loop has set each field of S, but TypeScript cannot check that.
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
  problems.push(describeProblem(name, `${field.expected}${why}`, environment))
  return undefined
}

// Variables with these words in their names hold secrets, whose values must not be logged, even if invalid.
const SECRET = /KEY|SECRET|TOKEN|PASSWORD/
const MAX_SHOWN = 120

function describeProblem(name: string, expected: string, environment: Environment): string {
  const value = environment[name]
  if (value === undefined || value === '') return `${name} is missing; expected ${expected}`
  if (SECRET.test(name)) return `${name} has an invalid value (not shown); expected ${expected}`
  const shown = JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value)
  return `${name} is ${shown}; expected ${expected}`
}
