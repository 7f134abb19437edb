import { isObject } from '../../../shared/rules/invocation.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { toSymbolic } from '../../project/symbolic.ts'
import { findResources, type Resource } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import { type Code, listAttachedCode, type Subject } from '../loaded.ts'

/** LG402: finds app clients that let users change an email whose domain is checked only at sign-up. */
export function checkClients(subject: Subject): Judged {
  const findings: Finding[] = []
  const unknown: string[] = []
  const attached = listAttachedCode(subject)
  for (const client of findResources(subject.template, 'AWS::Cognito::UserPoolClient')) {
    const triggers = attached.filter(({ pool }) => pool !== undefined && toSymbolic(client.properties.UserPoolId) === `\${${pool.id}}`)
    const judging = triggers.find(({ trigger, code }) => trigger === 'PreSignUp' && hasDomainRule(code))
    if (judging === undefined || isForMachines(client)) continue
    const later = triggers.filter(({ trigger }) => trigger === 'PreAuthentication' || trigger === 'PreTokenGeneration')
    if (later.some(({ code }) => hasDomainRule(code))) continue
    if (later.some(({ code }) => code?.rule === undefined)) {
      unknown.push(`the domain checks for emails that users change through ${client.id}: the rules of a trigger are unknown`)
      continue
    }
    const why = explainWritableEmail(client, judging.pool)
    if (why === undefined) continue
    const path = ['Properties', 'WriteAttributes']
    findings.push({ code: 'LG402', resource: client.id, path, message: `Users can change email through ${client.id}, because ${why}` })
  }
  return { findings, unknown }
}

/** Returns the reason why users may change their email through a client; undefined if they may not, or if this is unknown. */
function explainWritableEmail({ properties }: Resource, pool: Resource | undefined): string | undefined {
  const { WriteAttributes } = properties
  if (WriteAttributes === undefined) return 'WriteAttributes are not set, which allows all attributes'
  if (!Array.isArray(WriteAttributes)) return undefined
  if (WriteAttributes.includes('email')) return 'WriteAttributes contain email'
  const schema: readonly unknown[] = Array.isArray(pool?.properties.Schema) ? pool.properties.Schema : []
  const required = schema.some((each) => isObject(each) && each.Name === 'email' && toSymbolic(each.Required) === 'true')
  return required ? 'the user pool requires email, and required attributes are always writable' : undefined
}

function hasDomainRule(code: Code | undefined): boolean {
  return code?.rule !== undefined && listRules(code.rule).some(({ judges }) => judges === 'email-domain')
}

/** Returns true if the client allows only client credentials. This flow works without users, so no email can change. */
function isForMachines({ properties }: Resource): boolean {
  const { AllowedOAuthFlows, ExplicitAuthFlows } = properties
  const flows: readonly unknown[] = Array.isArray(AllowedOAuthFlows) ? AllowedOAuthFlows : []
  return flows.length === 1 && flows[0] === 'client_credentials' && ExplicitAuthFlows === undefined
}
