import { CODES, type Code, type Severity } from './codes.ts'
import type { Finding } from './finding.ts'
import type { Source } from './source.ts'

/** A finding with all that a person reads. */
export interface Reported {
  readonly code: Code
  readonly severity: Severity
  readonly title: string
  readonly message: string
  readonly file: string
  /** From 1; null where the file has no such line. */
  readonly line: number | null
  /** The logical id. */
  readonly resource: string
  /** The path of the property inside the resource, with dots. */
  readonly path: string
  readonly why: string
  readonly fix: string
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** Adds to findings what is known of their codes; the worst come first. */
export function reported(findings: readonly Finding[], { file, line }: Pick<Source, 'file' | 'line'>): readonly Reported[] {
  const all = findings.map((finding): Reported => {
    const { severity, title, why, fix } = CODES[finding.code]
    const { code, message, resource, path } = finding
    return { code, severity, title, message, file, line: line(finding) ?? null, resource, path: path.join('.'), why, fix }
  })
  const rank = ({ severity }: Reported): number => ORDER.indexOf(severity)
  return all.toSorted((left, right) => rank(left) - rank(right) || left.code.localeCompare(right.code))
}
