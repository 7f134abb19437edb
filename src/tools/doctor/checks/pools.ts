import { listRules } from '../../../shared/rules/rule.ts'
import { findResources, type Resource } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import { type AttachedCode, type Code, listAttachedCode, type Subject } from '../loaded.ts'

/** LG401 and LG403: finds pool settings that let users bypass the rules of triggers. */
export function checkPools(subject: Subject): Judged {
  const attached = listAttachedCode(subject)
  const parts = findResources(subject.template, 'AWS::Cognito::UserPool').map((pool): Judged => {
    const triggers = attached.filter((each) => each.pool?.id === pool.id)
    const taken = checkAliases(pool, triggers)
    const refreshed = checkRefreshes(pool, triggers)
    return { findings: [...taken, ...refreshed.findings], unknown: refreshed.unknown }
  })
  return { findings: parts.flatMap(({ findings }) => findings), unknown: parts.flatMap(({ unknown }) => unknown) }
}

function checkAliases(pool: Resource, triggers: readonly AttachedCode[]): readonly Finding[] {
  const { AliasAttributes } = pool.properties
  if (!Array.isArray(AliasAttributes) || !AliasAttributes.includes('email')) return []
  const verifying = triggers.find(({ trigger, code }) => trigger === 'PreSignUp' && hasEmailVerification(code))
  if (verifying?.target === undefined) return []
  const message = `AliasAttributes of ${pool.id} contain email, and ${verifying.target.id} marks emails as verified at sign-up`
  return [{ code: 'LG401', resource: pool.id, path: ['Properties', 'AliasAttributes'], message }]
}

/**
 * Returns true if a handler marks emails as verified. Reads the composition of a Lifeguard handler instead of the source,
 * because every bundle of Lifeguard contains the word `autoVerifyEmail`.
 */
function hasEmailVerification(code: Code | undefined): boolean {
  if (code?.rule !== undefined) return listRules(code.rule).some(({ verifies }) => verifies?.includes('email'))
  return /autoVerifyEmail\W{1,4}(?:true\b|!0)/.test(code?.text ?? '')
}

function checkRefreshes(pool: Resource, triggers: readonly AttachedCode[]): Judged {
  const blocking = triggers.find(({ trigger, code }) => trigger === 'PreAuthentication' && hasBlockRule(code))
  if (blocking === undefined) return { findings: [], unknown: [] }
  const tokens = triggers.find(({ trigger }) => trigger === 'PreTokenGeneration')
  if (tokens !== undefined && tokens.code?.rule === undefined) {
    return { findings: [], unknown: [`the block check in PreTokenGeneration of ${pool.id}: the rules of the trigger are unknown`] }
  }
  if (tokens !== undefined && hasBlockRule(tokens.code)) return { findings: [], unknown: [] }
  const message = `Triggers of ${pool.id} check blocks in PreAuthentication, but not in PreTokenGeneration, which runs when tokens are refreshed`
  return { findings: [{ code: 'LG403', resource: pool.id, path: blocking.path, message }], unknown: [] }
}

function hasBlockRule(code: Code | undefined): boolean {
  return code?.rule !== undefined && listRules(code.rule).some(({ judges }) => judges === 'block')
}
