import { isObject } from '../../../shared/rules/invocation.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import type { Finding, Judged } from '../finding.ts'
import { type Code, listAttachedCode, type Subject } from '../loaded.ts'
import { toSymbolic } from '../symbolic.ts'
import { findResources, type Resource } from '../template.ts'

/** LG402: app clients through which users change the address that was judged at sign-up. */
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
      unknown.push(`whether addresses that are changed through ${client.id} are judged: some rules are not known`)
      continue
    }
    const why = explainWritableEmail(client, judging.pool)
    if (why === undefined) continue
    const path = ['Properties', 'WriteAttributes']
    findings.push({ code: 'LG402', resource: client.id, path, message: `${client.id} lets users write email${why}` })
  }
  return { findings, unknown }
}

/** Why users may write their address through a client; undefined where they may not, or nobody knows. */
function explainWritableEmail({ properties }: Resource, pool: Resource | undefined): string | undefined {
  const { WriteAttributes } = properties
  if (WriteAttributes === undefined) return ', as it names no WriteAttributes, which means all'
  if (!Array.isArray(WriteAttributes)) return undefined
  if (WriteAttributes.includes('email')) return ''
  const schema: readonly unknown[] = Array.isArray(pool?.properties.Schema) ? pool.properties.Schema : []
  const required = schema.some((each) => isObject(each) && each.Name === 'email' && toSymbolic(each.Required) === 'true')
  return required ? ', as a required attribute is always writable' : undefined
}

function hasDomainRule(code: Code | undefined): boolean {
  return code?.rule !== undefined && listRules(code.rule).some(({ judges }) => judges === 'email-domain')
}

/** Whoever signs in with the credentials of the client itself has no attributes. */
function isForMachines({ properties }: Resource): boolean {
  const { AllowedOAuthFlows, ExplicitAuthFlows } = properties
  const flows: readonly unknown[] = Array.isArray(AllowedOAuthFlows) ? AllowedOAuthFlows : []
  return flows.length === 1 && flows[0] === 'client_credentials' && ExplicitAuthFlows === undefined
}
