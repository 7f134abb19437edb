import { listCalledFromElsewhere } from '../project/attached.ts'
import { checkChallenges } from './checks/challenges.ts'
import { checkClients } from './checks/clients.ts'
import { checkFunctionNames, checkFunctions, checkSweeper } from './checks/functions.ts'
import { checkHandlers } from './checks/handlers.ts'
import { checkMessages } from './checks/messages.ts'
import { checkMigration } from './checks/migration.ts'
import { checkNeeds } from './checks/needs.ts'
import { checkPermissions } from './checks/permissions.ts'
import { checkPoolNames } from './checks/pool-names.ts'
import { checkPools } from './checks/pools.ts'
import { checkRotation } from './checks/refreshes.ts'
import { checkSenders } from './checks/senders.ts'
import { checkSessions } from './checks/sessions.ts'
import { checkSurplus } from './checks/surplus.ts'
import { checkTokenVersions } from './checks/token-versions.ts'
import { checkUnattached } from './checks/unattached.ts'
import { checkCalls, checkCycles, checkWiring } from './checks/wiring.ts'
import { type Judged, mergeJudged } from './finding.ts'
import { listAttachedCode, type Subject } from './loaded.ts'

const CHECKS: readonly ((subject: Subject) => Judged)[] = [
  checkCalls,
  checkFunctions,
  checkFunctionNames,
  checkHandlers,
  checkSweeper,
  checkCycles,
  checkPermissions,
  checkTokenVersions,
  checkNeeds,
  checkSurplus,
  checkWiring,
  checkUnattached,
  checkPools,
  checkPoolNames,
  checkClients,
  checkMigration,
  checkChallenges,
  checkRotation,
  checkSessions,
  checkMessages,
  checkSenders,
]

/** Runs all checks on a template. A value that is known only at deployment is reported as unknown, not as a finding. */
export function examine(subject: Subject): Judged {
  // Includes functions that a pool outside the template may call. If their rules are unknown, their trigger is unknown too.
  const called = [...listAttachedCode(subject).flatMap(({ target }) => target?.id ?? []), ...listCalledFromElsewhere(subject.template)]
  const unread = called.flatMap((id) => {
    const problem = subject.codes.get(id)?.problem
    return problem === undefined ? [] : [`the rules of ${id}: ${problem}`]
  })
  const { findings, unknown } = mergeJudged([{ findings: [], unknown: unread }, ...CHECKS.map((check) => check(subject))])
  // A macro may add the resource that is missing.
  const isOpen = subject.template.unread.length > 0
  const [open, certain] = [
    findings.filter(({ code }) => isOpen && MISSING.has(code)),
    findings.filter(({ code }) => !isOpen || !MISSING.has(code)),
  ]
  return {
    findings: certain,
    unknown: [...unknown, ...open.map(({ code, message }) => `${code}, because doctor did not read the whole template: ${message}`)],
  }
}

/** Codes of findings about a missing resource. */
const MISSING: ReadonlySet<string> = new Set(['LG202', 'LG301', 'LG302', 'LG303', 'LG304', 'LG404'])
