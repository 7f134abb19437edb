import { isObject } from '../../../shared/rules/invocation.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { readCalls } from '../../project/attached.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { hasOpenAttributes, isPoolId } from '../../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic } from '../../project/symbolic.ts'
import { findResources, type Resource } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, type Code, listAttachedCode, type Subject } from '../loaded.ts'

/** LG402: finds app clients that let users change an email whose domain is checked only at sign-up. */
export function checkClients(subject: Subject): Judged {
  const attached = listAttachedCode(subject)
  const judging = attached.filter(({ trigger, code }) => trigger === 'PreSignUp' && hasDomainRule(code))
  return mergeJudged(
    findResources(subject.template, 'AWS::Cognito::UserPoolClient').map((client) => {
      const named = toSymbolic(client.properties.UserPoolId) ?? ''
      const pool = judging.find((each) => each.pool !== undefined && isPoolId(named, each.pool))?.pool
      if (pool !== undefined) return checkClient(subject, client, pool, attached)
      const other = subject.template.resources.get(parseReference(named)?.id ?? '')
      const isRead = isKnown(named) || (other !== undefined && !hasOpenAttributes(other))
      return judging.length === 0 || isRead
        ? NOTHING
        : { findings: [], unknown: [`the emails that users change through ${client.id}: UserPoolId is known only at deployment`] }
    }),
  )
}

function checkClient(subject: Subject, client: Resource, pool: Resource, attached: readonly AttachedCode[]): Judged {
  const isUndecided = (why: string): Judged => ({ findings: [], unknown: [`the emails that users change through ${client.id}: ${why}`] })
  if (isForMachines(client)) return NOTHING
  const later = attached.filter((each) => each.pool?.id === pool.id && LATER.includes(each.trigger))
  if (later.some(({ code, conditional }) => hasDomainRule(code) && !conditional)) return NOTHING
  const why = explainWritableEmail(client, pool)
  if (why === undefined) return NOTHING
  if (later.some(({ code, conditional }) => code?.rule === undefined || (hasDomainRule(code) && conditional)))
    return isUndecided('the rules of a trigger are unknown')
  const undecided = readCalls(subject.template).unknown.find(
    (call) => call.pool?.id === pool.id && LATER.includes(call.trigger ?? 'PreAuthentication'),
  )
  if (undecided !== undefined) return isUndecided(`${undecided.holder} is known only at deployment`)
  const { AllowedOAuthFlows: flows } = client.properties
  if (flows !== undefined && !isListOfTexts(flows)) return isUndecided(`AllowedOAuthFlows of ${client.id} is known only at deployment`)
  if (why.unknown !== undefined) return isUndecided(`${why.unknown} is known only at deployment`)
  // A pre token generation function could add the scope.
  const readOnly = later.some(({ trigger }) => trigger === 'PreTokenGeneration') ? 'no' : judgeReadOnly(client)
  if (readOnly === 'yes') return NOTHING
  if (readOnly !== 'no') return isUndecided(`${readOnly.unknown} is known only at deployment`)
  const path = ['Properties', 'WriteAttributes']
  return {
    findings: [{ code: 'LG402', resource: client.id, path, message: `Users can change email through ${client.id}, because ${why.reason}` }],
    unknown: [],
  }
}

const LATER: readonly string[] = ['PreAuthentication', 'PreTokenGeneration']

type Why = { readonly reason: string; readonly unknown?: undefined } | { readonly unknown: string }

/** Returns the reason why users may change their email through a client, or the property that is unknown; undefined if they may not. */
function explainWritableEmail({ id, properties }: Resource, pool: Resource): Why | undefined {
  const { WriteAttributes } = properties
  if (WriteAttributes === undefined && hasIntrinsic(properties)) return { unknown: `WriteAttributes of ${id}` }
  if (WriteAttributes === undefined) return { reason: 'WriteAttributes are not set, which allows all attributes' }
  if (Array.isArray(WriteAttributes) && WriteAttributes.includes('email')) return { reason: 'WriteAttributes contain email' }
  const { Schema } = pool.properties
  const schema: readonly unknown[] = Array.isArray(Schema) ? Schema : []
  const email = schema.find((each) => isObject(each) && each.Name === 'email')
  const required = isObject(email) ? toSymbolic(email.Required) : undefined
  if (required === 'true') return { reason: 'the user pool requires email, and required attributes are always writable' }
  if (!isListOfTexts(WriteAttributes)) return { unknown: `WriteAttributes of ${id}` }
  const isUnread =
    Schema !== undefined &&
    (!Array.isArray(Schema) ||
      schema.some((each) => !isObject(each) || typeof each.Name !== 'string' || !isKnown(toSymbolic(each.Name) ?? '')))
  return isUnread || (required !== undefined && !isKnown(required)) ? { unknown: `Schema of ${pool.id}` } : undefined
}

/** Returns true for a list whose items are all known. */
function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && isKnown(toSymbolic(each) ?? ''))
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

// UpdateUserAttributes accepts only access tokens with this scope. Every sign-in through the API gives it.
const CHANGING_SCOPE = 'aws.cognito.signin.user.admin'

/** Decides if users sign in through the client only at managed login, with scopes that do not let them change attributes. */
function judgeReadOnly({ id, properties }: Resource): 'yes' | 'no' | { readonly unknown: string } {
  const { SupportedIdentityProviders = ['COGNITO'] } = properties
  const answers = [
    // Without the list, managed login gives all scopes of the client.
    judgeList(properties, 'AllowedOAuthScopes', (scope) => scope !== CHANGING_SCOPE),
    // Without the list, the client gets flows of the API.
    judgeList(properties, 'ExplicitAuthFlows', (flow) => flow === 'ALLOW_REFRESH_TOKEN_AUTH'),
    // Another provider writes the mapped email at each sign-in.
    judgeList({ ...properties, SupportedIdentityProviders }, 'SupportedIdentityProviders', (provider) => provider === 'COGNITO'),
  ]
  if (answers.includes('no')) return 'no'
  const unknown = answers.find((answer) => answer !== 'yes' && answer !== 'no')
  return unknown === undefined ? 'yes' : { unknown: `${unknown} of ${id}` }
}

/** Decides if a list is set and all of its items fit. Returns the name of a list that is known only at deployment. */
function judgeList(properties: Resource['properties'], name: string, fits: (item: string) => boolean): string {
  const list = properties[name]
  if (list === undefined) return hasIntrinsic(properties) ? name : 'no'
  if (!isListOfTexts(list)) return name
  return list.length > 0 && list.every(fits) ? 'yes' : 'no'
}
