import type { Code } from './codes.ts'
import type { Path } from './yaml-values.ts'

/** Something that is wrong with a deployment. */
export interface Finding {
  readonly code: Code
  /** The resource's logical id. */
  readonly resource: string
  /** The path of the property inside the resource: `['Properties', 'Timeout']`. */
  readonly path: Path
  /** What is there, in one sentence. */
  readonly message: string
}

/** Where a person finds what a finding is about. */
export interface Place {
  /** Relative to the working folder. */
  readonly file: string
  /** From 1; undefined where the file has no such line. */
  readonly line: number | undefined
}

/** What a check found, and what it could not judge. */
export interface Judged {
  readonly findings: readonly Finding[]
  /** For people, each a short sentence without a full stop. */
  readonly unknown: readonly string[]
}

/** Puts the results of checks together; what several could not judge is said once. */
export function mergeJudged(parts: readonly Judged[]): Judged {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    unknown: [...new Set(parts.flatMap(({ unknown }) => unknown))],
  }
}
