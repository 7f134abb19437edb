import { TRIGGER_NAMES, triggerFacts } from '../../../shared/cognito/triggers.ts'
import { AT_DEPLOYMENT } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../loaded.ts'
import { checkFlows } from './client-flows.ts'

/** The triggers of a custom challenge. A pool needs all of them. */
const NEEDED = TRIGGER_NAMES.filter((name) => triggerFacts(name).folder === 'custom-challenge')
// The name without ALLOW_ is older.
const FLOWS = ['ALLOW_CUSTOM_AUTH', 'CUSTOM_AUTH_FLOW_ONLY']

/** LG412 and LG413: checks that a pool has all triggers of a custom challenge, and an app client that can start one. */
export function checkChallenges(subject: Subject): Judged {
  const attached = listAttachedCode(subject).filter(({ trigger, pool }) => pool !== undefined && NEEDED.includes(trigger))
  const byPool = [...Map.groupBy(attached, ({ pool }) => pool?.id).values()]
  return mergeJudged(
    byPool.flatMap((own) => {
      const [first] = own
      if (first === undefined) return []
      return [checkTriggers(first, own), checkCustomFlow(subject, first)]
    }),
  )
}

function checkTriggers({ pool, resource, path }: AttachedCode, own: readonly AttachedCode[]): Judged {
  const id = `${pool?.id}`
  if (own.some(({ conditional }) => conditional))
    return { findings: [], unknown: [`the triggers of the custom challenge of ${id}: ${AT_DEPLOYMENT}`] }
  const missing = NEEDED.filter((name) => !own.some(({ trigger }) => trigger === name))
  if (missing.length === 0) return NOTHING
  const message = `The user pool ${id} has ${own.map(({ trigger }) => trigger).join(' and ')}, but not ${missing.join(' and ')}`
  return { findings: [{ code: 'LG412', resource, path, message }], unknown: [] }
}

function checkCustomFlow({ template }: Subject, attached: AttachedCode): Judged {
  return checkFlows(template, attached, {
    code: 'LG413',
    flows: { ExplicitAuthFlows: FLOWS },
    purpose: 'custom challenges',
    describe: (pool) => `The user pool ${pool} has custom challenges, but no app client of the template has ALLOW_CUSTOM_AUTH`,
  })
}
