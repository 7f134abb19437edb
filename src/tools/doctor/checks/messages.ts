import { isObject } from '../../../shared/rules/invocation.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, type Resource } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, type Code, listAttachedCode, type Subject } from '../loaded.ts'

/** LG408 and LG409: compares the emails of custom message with the service that sends the pool's emails. */
export function checkMessages(subject: Subject): Judged {
  return mergeJudged(
    listAttachedCode(subject)
      .filter(({ trigger }) => trigger === 'CustomMessage')
      .map(checkEmails),
  )
}

function checkEmails({ code, pool, target, conditional }: AttachedCode): Judged {
  const answers = findEmails(code)
  if (answers === undefined || target === undefined) return NOTHING
  const sender = pool && findSender(pool)
  if (sender === (answers.emails === false ? 'cognito' : 'ses')) return NOTHING
  if (sender === undefined || answers.unknown !== undefined || conditional)
    return { findings: [], unknown: [`the emails of ${target.id}: ${answers.unknown ?? explainUnknown(pool, sender)}`] }
  if (answers.emails) {
    const message = `${target.id} answers with emails, but Cognito itself sends the emails of the user pool ${pool?.id}`
    return { findings: [{ code: 'LG408', resource: `${pool?.id}`, path: ['Properties'], message }], unknown: [] }
  }
  const message = `${target.id} leaves its emails out, although the user pool ${pool?.id} sends emails with SES`
  return { findings: [{ code: 'LG409', resource: `${pool?.id}`, path: ['Properties', 'EmailConfiguration'], message }], unknown: [] }
}

function explainUnknown(pool: Resource | undefined, sender: string | undefined): string {
  if (pool === undefined) return 'the user pool is outside of the template'
  return sender === undefined ? `EmailSendingAccount of ${pool.id} is known only at deployment` : AT_DEPLOYMENT
}

interface Emails {
  /** Undefined if it is unknown. */
  readonly emails?: boolean
  readonly unknown?: string
}

/** Returns true if the function answers with emails, and false if its rules leave their emails out. Undefined if it has no emails. */
function findEmails(code: Code | undefined): Emails | undefined {
  if (code?.rule !== undefined) {
    const sendings = listRules(code.rule).flatMap(({ emailSending }) => emailSending ?? [])
    return sendings.length === 0 ? undefined : { emails: sendings.includes('developer') }
  }
  if (code?.source === undefined || code.source.usesLifeguard) return undefined
  const fact = code.source.writesText('emailMessage')
  if (fact.kind === 'unknown') return { unknown: fact.reason }
  return fact.kind === 'yes' ? { emails: true } : undefined
}

/** Returns the service that sends a pool's emails. Cognito does, unless EmailSendingAccount is DEVELOPER. Undefined if it is not known. */
function findSender(pool: Resource): 'ses' | 'cognito' | undefined {
  const { EmailConfiguration: configuration } = pool.properties
  if (configuration === undefined) return hasIntrinsic(pool.properties) ? undefined : 'cognito'
  if (!isObject(configuration)) return undefined
  const account = configuration.EmailSendingAccount
  if (account === undefined) return hasIntrinsic(configuration) ? undefined : 'cognito'
  const text = toSymbolic(account)
  if (text === undefined || !isKnown(text)) return undefined
  return text === 'DEVELOPER' ? 'ses' : 'cognito'
}
