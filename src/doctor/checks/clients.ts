import type { Finding, Judged } from '../finding.ts'
import { attachedCode, type Code, rulesIn, type Subject } from '../loaded.ts'
import { symbolic } from '../symbolic.ts'
import { ofType, type Resource } from '../template.ts'

/** LG402: app clients through which users change the address that was judged at sign-up. */
export function checkClients(subject: Subject): Judged {
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const client of ofType(subject.template, 'AWS::Cognito::UserPoolClient')) {
    const triggers = attachedCode(subject).filter(
      ({ pool }) => pool !== undefined && symbolic(client.properties.UserPoolId) === `\${${pool.id}}`,
    )
    const judging = triggers.find(({ trigger, code }) => trigger === 'PreSignUp' && judgesDomain(code))
    if (judging === undefined || isForMachines(client)) continue
    const later = triggers.filter(({ trigger }) => trigger === 'PreAuthentication' || trigger === 'PreTokenGeneration')
    if (later.some(({ code }) => judgesDomain(code))) continue
    if (later.some(({ code }) => code?.rule === undefined)) {
      unknown.push(`whether addresses that are changed through ${client.id} are judged: some rules are not known`)
      continue
    }
    const { WriteAttributes } = client.properties
    const path = ['Properties', 'WriteAttributes']
    if (WriteAttributes === undefined) {
      const message = `${client.id} lets users write every standard attribute, email with them, as it names no WriteAttributes`
      findings.push({ code: 'LG402', resource: client.id, path, message })
    } else if (Array.isArray(WriteAttributes) && WriteAttributes.includes('email')) {
      findings.push({ code: 'LG402', resource: client.id, path, message: `${client.id} lets users write email` })
    }
  }
  return { findings, unknown }
}

function judgesDomain(code: Code | undefined): boolean {
  return code?.rule !== undefined && rulesIn(code.rule).some(({ name }) => /(?:^|-)domains?(?:-|$)/.test(name))
}

/** Whoever signs in with the credentials of the client itself has no attributes. */
function isForMachines({ properties }: Resource): boolean {
  const { AllowedOAuthFlows, ExplicitAuthFlows } = properties
  const flows: readonly unknown[] = Array.isArray(AllowedOAuthFlows) ? AllowedOAuthFlows : []
  return flows.length === 1 && flows[0] === 'client_credentials' && ExplicitAuthFlows === undefined
}
