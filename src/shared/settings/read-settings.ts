import type * as z from 'zod/mini'

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Settings that a deployment got wrong: every variable, what it holds and what it should hold. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings'
  /** One line each, which begins with the name of the variable. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The settings in the environment are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

// A key must not stand in a log, not even a wrong one.
const SECRET = /KEY|SECRET|TOKEN|PASSWORD/
const MAX_SHOWN = 120

/**
 * Reads settings from the environment, once, at init. A variable that is empty counts as not set: deployment tools write
 * those for parameters without a value.
 *
 * @param schema Whose messages say what each variable should hold.
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 * @example
 * const settings = readSettings(z.object({ BLOCK_TABLE: setting(z.string(), 'the name of the DynamoDB table of blocks') }), process.env)
 */
export function readSettings<S extends z.ZodMiniType>(schema: S, environment: Environment): z.output<S> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(set)
  if (result.success) return result.data
  throw new InvalidSettings(result.error.issues.map((issue) => problem(String(issue.path[0]), issue.message, set)))
}

/** One line of that error. */
export function problem(name: string, expected: string, environment: Environment): string {
  const value = environment[name]
  if (value === undefined || value === '') return `${name} is missing; expected ${expected}`
  if (SECRET.test(name)) return `${name} is set to a value that is not shown; expected ${expected}`
  const shown = JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value)
  return `${name} is ${shown}; expected ${expected}`
}
