import type { ResourcePath } from '../project/template.ts'
import type { Code } from './codes.ts'
import type { MissingStatement } from './statement.ts'

/** One problem of a deployment. */
export interface Finding extends ResourcePath {
  readonly code: Code
  /** The problem and the invalid value, in one sentence without a full stop. */
  readonly message: string
  /** The IAM statement that solves the problem. */
  readonly statement?: MissingStatement
}

/** The result of a check. */
export interface Judged {
  readonly findings: readonly Finding[]
  /** Values and functions that were not checked, each as `subject: reason` without a full stop. */
  readonly unknown: readonly string[]
}

/** The result of a check that has nothing to report. */
export const NOTHING: Judged = { findings: [], unknown: [] }

/** Merges the results of checks, without duplicates in `unknown`. */
export function mergeJudged(parts: readonly Judged[]): Judged {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    unknown: [...new Set(parts.flatMap(({ unknown }) => unknown))],
  }
}
