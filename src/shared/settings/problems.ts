import { type Environment, problem } from './read-settings.ts'

/** What is wrong with settings, gathered by a compiled reader in the way of its schema. */
export interface Problems {
  /** So far, in the order in which they were noted. */
  readonly found: readonly string[]
  /**
   * Notes what a variable should hold, and returns undefined in place of what it holds.
   *
   * @param goOn Whether it is a text, at least, so that what is needed beside it can be told as well.
   */
  readonly wrong: (name: string, expected: string, goOn?: boolean) => undefined
  /** Notes what is needed beside another variable, where all of them are texts at least. */
  readonly needed: (name: string, expected: string) => void
}

/** Starts to gather what is wrong with an environment. */
export function collectProblems(environment: Environment): Problems {
  const found: string[] = []
  let goingOn = true
  const note = (name: string, expected: string): void => {
    found.push(problem(name, expected, environment))
  }
  return {
    found,
    wrong: (name, expected, goOn = false) => {
      note(name, expected)
      goingOn &&= goOn
    },
    needed: (name, expected) => {
      if (goingOn) note(name, expected)
    },
  }
}
