import { isObject } from '../../../shared/rules/invocation.ts'
import { isPoolId } from '../../project/source-pool.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { listAttachedCode, type Subject } from '../loaded.ts'
import { hasBlockRule } from './pools.ts'

// Cognito's default, in minutes.
const DEFAULT_MINUTES = 60
const PATH = ['Properties', 'SSOSession', 'MaxValidityMinutes']

/** LG414: finds app clients whose sessions of managed login last longer than the default, although only pre authentication checks blocks. */
export function checkSessions(subject: Subject): Judged {
  const attached = listAttachedCode(subject)
  const settings = findResources(subject.template, 'AWS::Cognito::UserPoolClientSessionConfigurationAttachment')
  return mergeJudged(
    settings.map((setting): Judged => {
      const named = toSymbolic(setting.properties.UserPoolId)
      const own = attached.filter(({ pool }) => pool !== undefined && isPoolId(named, pool))
      const checks = (trigger: string): boolean =>
        own.some((each) => each.trigger === trigger && !each.conditional && hasBlockRule(each.code))
      if (!checks('PreAuthentication') || checks('PreTokenGeneration')) return NOTHING
      const isUnread = own.some(({ trigger, code, conditional }) => {
        return trigger === 'PreTokenGeneration' && (code?.rule === undefined || (conditional && hasBlockRule(code)))
      })
      return isUnread ? undecided(setting, 'the rules of PreTokenGeneration are unknown') : judgeMinutes(setting)
    }),
  )
}

function judgeMinutes(setting: Resource): Judged {
  const { SSOSession: session } = setting.properties
  const minutes = toSymbolic(isObject(session) ? session.MaxValidityMinutes : session)
  if (minutes === undefined) return NOTHING
  if (!isKnown(minutes)) return undecided(setting, AT_DEPLOYMENT)
  if (!(Number(minutes) > DEFAULT_MINUTES)) return NOTHING
  const message = `${setting.id} lets a session of managed login issue tokens for ${minutes} minutes, and PreTokenGeneration does not check blocks`
  return { findings: [{ code: 'LG414', resource: setting.id, path: PATH, message }], unknown: [] }
}

function undecided({ id }: Resource, why: string): Judged {
  return { findings: [], unknown: [`the sessions of blocked users that ${id} allows: ${why}`] }
}
