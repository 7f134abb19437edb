import type { Code } from './codes.ts'
import type { Path } from './yaml-values.ts'

/** One problem of a deployment. */
export interface Finding {
  readonly code: Code
  /** The resource's logical id. */
  readonly resource: string
  /** The path of the property inside the resource: `['Properties', 'Timeout']`. */
  readonly path: Path
  /** The problem and the invalid value, in one sentence without a full stop. */
  readonly message: string
}

/** The file and line to change for a finding. */
export interface Place {
  /** The path of the file, relative to the working folder. */
  readonly file: string
  /** The line number, from 1; undefined if the file has no such line. */
  readonly line: number | undefined
}

/** The result of a check. */
export interface Judged {
  readonly findings: readonly Finding[]
  /** Values and functions that were not checked, each as `subject: reason` without a full stop. */
  readonly unknown: readonly string[]
}

/** Merges the results of checks, without duplicates in `unknown`. */
export function mergeJudged(parts: readonly Judged[]): Judged {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    unknown: [...new Set(parts.flatMap(({ unknown }) => unknown))],
  }
}
