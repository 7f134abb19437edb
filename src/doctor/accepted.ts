import { isRecord } from '../replay/handler-log.ts'
import { UsageError } from '../replay/usage-error.ts'
import { type Code, isCode } from './codes.ts'
import type { Finding } from './finding.ts'
import type { Resource, Template } from './template.ts'

/**
 * Reads which findings a template accepts, with the reason of each: one code on one resource, by
 * `Metadata: { Lifeguard: { accept: [{ code, reason }] } }`.
 *
 * @returns Why a finding is accepted; undefined where it is not.
 * @throws UsageError for a code that doctor does not have, or no reason: it would accept nothing, without a word.
 */
export function acceptedIn({ file, resources }: Template): (finding: Finding) => string | undefined {
  const reasons = new Map([...resources.values()].map((resource) => [resource.id, reasonsOf(file, resource)]))
  return ({ resource, code }) => reasons.get(resource)?.get(code)
}

function reasonsOf(file: string, { id, metadata }: Resource): ReadonlyMap<Code, string> {
  const own = metadata.Lifeguard
  if (own === undefined) return new Map()
  const wrong = (what: string): UsageError => new UsageError(`${file}: Metadata.Lifeguard of ${id} ${what}`)
  const list = isRecord(own) ? own.accept : undefined
  if (!Array.isArray(list)) throw wrong('accepts nothing; expected { accept: [{ code, reason }] }')
  return new Map(
    list.map((each: unknown): [Code, string] => {
      const { code, reason } = isRecord(each) ? each : {}
      if (typeof code !== 'string' || !isCode(code)) throw wrong(`accepts ${JSON.stringify(code)}, which is no code of doctor`)
      if (typeof reason !== 'string' || reason.trim() === '') throw wrong(`accepts ${code} without a reason`)
      return [code, reason.trim()]
    }),
  )
}
