import { isObject } from '../../shared/is-object.ts'
import { UsageError } from '../lib/errors.ts'
import { type Code, isCode } from './codes.ts'
import type { Resource, Template } from './template.ts'

/** What a template accepts: one code on one resource, and why. */
export interface Acceptance {
  readonly code: Code
  /** The logical id. */
  readonly resource: string
  readonly reason: string
}

/**
 * Reads what a template accepts, by `Metadata: { Lifeguard: { accept: [{ code, reason }] } }` of its resources.
 *
 * @throws UsageError for a code that doctor does not have, or no reason: it would accept nothing, without a word.
 */
export function acceptedIn({ file, resources }: Template): readonly Acceptance[] {
  return [...resources.values()].flatMap((resource) => acceptedOn(file, resource))
}

function acceptedOn(file: string, { id, metadata }: Resource): readonly Acceptance[] {
  const own = metadata.Lifeguard
  if (own === undefined) return []
  const wrong = (what: string): UsageError => new UsageError(`${file}: Metadata.Lifeguard of ${id} ${what}`)
  const list = isObject(own) ? own.accept : undefined
  if (!Array.isArray(list)) throw wrong('accepts nothing; expected { accept: [{ code, reason }] }')
  return list.map((each: unknown): Acceptance => {
    const { code, reason } = isObject(each) ? each : {}
    if (typeof code !== 'string' || !isCode(code)) throw wrong(`accepts ${JSON.stringify(code)}, which is no code of doctor`)
    if (typeof reason !== 'string' || reason.trim() === '') throw wrong(`accepts ${code} without a reason`)
    return { code, resource: id, reason: reason.trim() }
  })
}
