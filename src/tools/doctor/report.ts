import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import type { Statement } from '../project/iam-statement.ts'
import type { Source } from '../project/source.ts'
import type { Resource, Template } from '../project/template.ts'
import { CODES, type Code, isCode, type Severity } from './codes.ts'
import type { Finding, Judged } from './finding.ts'
import { formatStatement } from './statement.ts'

/** A finding with everything that a report shows about it. */
export interface Reported {
  readonly code: Code
  readonly severity: Severity
  readonly title: string
  readonly message: string
  /** The file to change: the configuration if the template was packaged from one, otherwise the template. */
  readonly file: string
  /** Line number from 1; null if the file has no such line. */
  readonly line: number | null
  /** The logical id of the resource. */
  readonly resource: string
  /** The path of the property inside the resource, joined by dots. */
  readonly path: string
  readonly why: string
  readonly fix: string
  /** The IAM statement to add; null if the finding is not about a missing permission. */
  readonly statement: Statement | null
  /** The property to change and the statement as YAML, with line breaks; null without a statement. */
  readonly paste: string | null
}

/** An entry in the metadata of a resource. It accepts the findings of this resource with one code. */
export interface Acceptance {
  readonly code: Code
  /** The logical id of the resource. */
  readonly resource: string
  readonly reason: string
}

/** A finding that the template accepts, with the reason. */
export interface AcceptedFinding extends Reported {
  readonly reason: string
}

/** The result of doctor for one template. */
export interface Report {
  /** The path of the template or configuration, for messages. */
  readonly file: string
  readonly findings: readonly Reported[]
  readonly accepted: readonly AcceptedFinding[]
  /** Acceptances without a finding. Empty if doctor could not check everything, because an unchecked part may have the finding. */
  readonly unused: readonly Acceptance[]
  readonly notJudged: readonly string[]
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/**
 * Builds the report, with the most severe findings first.
 *
 * @param ignored Codes that the report leaves out.
 */
export function buildReport(
  { findings, unknown }: Judged,
  { file, place, template }: Pick<Source, 'file' | 'place' | 'template'>,
  ignored: ReadonlySet<Code>,
): Report {
  const show = template.isTerraform ? toAddresses : (text: string): string => text
  const acceptances = readAcceptances(template).filter(({ code }) => !ignored.has(code))
  const judged = findings.filter(({ code }) => !ignored.has(code))
  const all = judged.map((finding): Reported | AcceptedFinding => {
    const { severity, title, why, fix } = CODES[finding.code]
    const { code, path } = finding
    const [message, resource] = [show(finding.message), show(finding.resource)]
    const at = place(finding)
    const { statement = null } = finding
    const paste = statement && formatStatement(statement, template.isTerraform).map(show).join('\n')
    const shown = { code, severity, title, message, file: at.file, line: at.line ?? null, resource, path: path.join('.'), why, fix }
    const reported = { ...shown, statement: statement?.statement ?? null, paste }
    const acceptance = acceptances.find((each) => isAcceptanceFor(each, finding))
    return acceptance === undefined ? reported : { ...reported, reason: acceptance.reason }
  })
  const rank = ({ severity }: Reported): number => ORDER.indexOf(severity)
  const sorted = all.toSorted((left, right) => rank(left) - rank(right) || left.code.localeCompare(right.code))
  return {
    file,
    findings: sorted.filter((each) => !isAccepted(each)),
    accepted: sorted.filter(isAccepted),
    unused: unknown.length > 0 ? [] : acceptances.filter((each) => !judged.some((finding) => isAcceptanceFor(each, finding))),
    notJudged: unknown.map(show),
  }
}

/** Replaces ids of Terraform's resources by their addresses. `toId` made the ids. */
function toAddresses(text: string): string {
  return text.replaceAll(/(?:module\/[^\s./]+\/)*\baws_[a-z_]+\/[\w-]+/g, (id) => id.replaceAll('/', '.'))
}

function isAcceptanceFor(acceptance: Acceptance, { code, resource }: Finding): boolean {
  return acceptance.code === code && acceptance.resource === resource
}

function isAccepted(reported: Reported | AcceptedFinding): reported is AcceptedFinding {
  return 'reason' in reported
}

/**
 * Reads the acceptances of a template from `Metadata: { Lifeguard: { accept: [{ code, reason }] } }` of its resources.
 *
 * @throws UsageError for an unknown code or a missing reason. Otherwise such an acceptance would silently have no effect.
 */
function readAcceptances({ file, resources }: Template): readonly Acceptance[] {
  return [...resources.values()].flatMap((resource) => readAcceptance(file, resource))
}

function readAcceptance(file: string, { id, metadata }: Resource): readonly Acceptance[] {
  const own = metadata.Lifeguard
  if (own === undefined) return []
  const createAcceptanceError = (what: string): UsageError => new UsageError(`${file}: Metadata.Lifeguard of ${id} ${what}`)
  const list = isObject(own) ? own.accept : undefined
  if (!Array.isArray(list)) throw createAcceptanceError('is invalid; expected { accept: [{ code, reason }] }')
  return list.map((each: unknown): Acceptance => {
    const { code, reason } = isObject(each) ? each : {}
    if (typeof code !== 'string' || !isCode(code))
      throw createAcceptanceError(`accepts the unknown code ${JSON.stringify(code)}. docs/reference/findings.md lists all codes`)
    if (typeof reason !== 'string' || reason.trim() === '') throw createAcceptanceError(`accepts ${code} without a reason`)
    return { code, resource: id, reason: reason.trim() }
  })
}
