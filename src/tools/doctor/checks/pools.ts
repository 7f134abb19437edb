import { listRules } from '../../../shared/rules/rule.ts'
import type { RuleDescription } from '../../lib/description.ts'
import { readCalls } from '../../project/attached.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, type Code, listAttachedCode, type Subject } from '../loaded.ts'
import type { Fact } from '../source-code/read-facts.ts'

/** LG401 and LG403: finds pool settings that let users bypass the rules of triggers. */
export function checkPools(subject: Subject): Judged {
  const attached = listAttachedCode(subject)
  const parts = findResources(subject.template, 'AWS::Cognito::UserPool').map((pool): Judged => {
    const triggers = attached.filter((each) => each.pool?.id === pool.id)
    return mergeJudged([checkAliases(pool, triggers), checkRefreshes(subject, pool, triggers)])
  })
  return mergeJudged(parts)
}

function checkAliases(pool: Resource, triggers: readonly AttachedCode[]): Judged {
  const { AliasAttributes } = pool.properties
  const hasEmail = Array.isArray(AliasAttributes) && AliasAttributes.includes('email')
  const isRead = Array.isArray(AliasAttributes) && AliasAttributes.every((each) => isKnown(toSymbolic(each) ?? ''))
  if (!hasEmail && (isRead || (AliasAttributes === undefined && !hasIntrinsic(pool.properties)))) return NOTHING
  const signUps = triggers.filter(({ trigger }) => trigger === 'PreSignUp')
  return mergeJudged(
    signUps.map(({ target, code }): Judged => {
      if (target === undefined || code === undefined) return NOTHING
      const fact = readEmailVerification(code)
      if (fact.kind === 'no') return NOTHING
      if (!hasEmail) return { findings: [], unknown: [`AliasAttributes of ${pool.id}: ${AT_DEPLOYMENT}`] }
      if (fact.kind === 'unknown') return { findings: [], unknown: [`the verification of emails by ${target.id}: ${fact.reason}`] }
      const where = fact.line === undefined ? '' : ` (${code.shown}, line ${fact.line})`
      const message = `AliasAttributes of ${pool.id} contain email, and ${target.id} marks emails as verified at sign-up${where}`
      return { findings: [{ code: 'LG401', resource: pool.id, path: ['Properties', 'AliasAttributes'], message }], unknown: [] }
    }),
  )
}

type Verification = Exclude<Fact, { readonly kind: 'yes' }> | { readonly kind: 'yes'; readonly line: number | undefined }

/**
 * Reads if a handler marks emails as verified. Reads the composition of a Lifeguard handler instead of the source, because every
 * bundle of Lifeguard writes the property `autoVerifyEmail`.
 */
function readEmailVerification({ rule, source }: Code): Verification {
  if (rule !== undefined) {
    const verifies = listRules(rule).some((each) => each.verifies?.includes('email'))
    return verifies ? { kind: 'yes', line: undefined } : { kind: 'no' }
  }
  // Without a source, the rules are already listed as not checked.
  if (source === undefined || source.usesLifeguard) return { kind: 'no' }
  return source.verifiesEmail
}

function checkRefreshes({ template }: Subject, pool: Resource, triggers: readonly AttachedCode[]): Judged {
  const blocking = triggers.find(({ trigger, code }) => trigger === 'PreAuthentication' && hasBlockRule(code))
  const tokens = triggers.filter(({ trigger }) => trigger === 'PreTokenGeneration')
  if (blocking === undefined || tokens.some(({ code, conditional }) => hasBlockRule(code) && !conditional)) return NOTHING
  const undecided = readCalls(template).unknown.find(
    (call) => call.pool?.id === pool.id && (call.trigger ?? 'PreTokenGeneration') === 'PreTokenGeneration',
  )
  const isUnread = tokens.some(({ code }) => code?.rule === undefined)
  if (isUnread || undecided !== undefined || tokens.some(({ code }) => hasBlockRule(code))) {
    const why = isUnread ? 'the rules of the trigger are unknown' : 'the trigger is known only at deployment'
    return { findings: [], unknown: [`the block check in PreTokenGeneration of ${pool.id}: ${why}`] }
  }
  const message = `Triggers of ${pool.id} check blocks in PreAuthentication, but not in PreTokenGeneration, which runs when tokens are refreshed`
  return { findings: [{ code: 'LG403', resource: pool.id, path: blocking.path, message }], unknown: [] }
}

/** Returns true if a handler checks blocks. A rule in `shadow` does not count, because it denies no user. */
export function hasBlockRule(code: Code | undefined): boolean {
  const checksBlocks = ({ judges, kind, children }: RuleDescription): boolean =>
    kind !== 'shadow' && (judges === 'block' || children.some(checksBlocks))
  return code?.rule !== undefined && checksBlocks(code.rule)
}
