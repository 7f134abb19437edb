import { checkClients } from './checks/clients.ts'
import { checkCycles } from './checks/cycles.ts'
import { checkFunctionNames } from './checks/function-names.ts'
import { checkFunctions } from './checks/functions.ts'
import { checkHandlers } from './checks/handlers.ts'
import { checkNeeds } from './checks/needs.ts'
import { checkPermissions } from './checks/permissions.ts'
import { checkPools } from './checks/pools.ts'
import { checkProperties } from './checks/properties.ts'
import { checkSurplus } from './checks/surplus.ts'
import { checkSweeper } from './checks/sweeper.ts'
import { checkTokenVersions } from './checks/token-versions.ts'
import { checkWiring } from './checks/wiring.ts'
import { type Judged, together } from './finding.ts'
import { attachedCode, type Subject } from './loaded.ts'

const CHECKS: readonly ((subject: Subject) => Judged)[] = [
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
  checkPools,
  checkClients,
  checkProperties,
]

/** Runs all checks on a template. What is left to the deployment is unknown, not wrong. */
export function examine(subject: Subject): Judged {
  const unread = attachedCode(subject).flatMap(({ target, code }) =>
    target === undefined || code?.problem === undefined ? [] : [`the rules of ${target.id}: ${code.problem}`],
  )
  return together([{ findings: [], unknown: unread }, ...CHECKS.map((check) => check(subject))])
}
