import { ADMIN_OPERATIONS } from './admin-operations.ts'
import type { OperationProbe } from './operation-states.ts'
import { describeError, type Finding, type Subject } from './probe.ts'
import { USER_OPERATIONS } from './user-operations.ts'

export const OPERATION_PROBES: readonly OperationProbe[] = [...USER_OPERATIONS, ...ADMIN_OPERATIONS]

/** Runs the probe of an operation. */
export async function probeOperation(subject: Subject, { name, prepare, input, verify }: OperationProbe): Promise<Finding> {
  subject.functions.reset()
  try {
    const state = (await prepare?.(subject)) ?? {}
    const answer = await subject.ask(name.split(/[: ]/)[0] ?? name, input(subject, state))
    if (answer.status !== 200) return { kind: 'refuses', note: describeError(answer) }
    const difference = await verify?.(subject, state, answer.body)
    return difference === undefined ? { kind: 'works' } : { kind: 'different', note: difference }
  } catch (error) {
    return {
      kind: 'unknown',
      note: `not reached: ${error instanceof Error ? error.message.replace(/^http\S+ answers /, '') : String(error)}`,
    }
  }
}
