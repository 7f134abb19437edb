import type { TriggerName } from '../../../shared/cognito/triggers.ts'
import { type Delivery, deliver } from '../../replay/cognito.ts'
import type { LambdaFunction } from '../../replay/lambda.ts'
import type { ReplaySession } from '../../replay/session.ts'
import type { CallTrigger } from '../triggers.ts'

/** The execution environments of a project's functions: processes that run one event each at a time, as in Lambda. */
export interface Environments {
  readonly call: CallTrigger
  /** Lets later events run the changed code. Events under way end on the old code. */
  readonly replace: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Running {
  readonly lambda: LambdaFunction
  readonly generation: number
}

interface Slot {
  readonly idle: Running[]
  /** Events that wait for an environment. */
  readonly waiting: ((running: Running | undefined) => void)[]
  count: number
}

/**
 * Creates the environments of a session's functions. They start when they are first needed.
 *
 * @param most The most environments of one function. More events wait, and their wait does not count as the function's time.
 * @param onProblem Receives the message of a function that cannot be built or started.
 */
export function createEnvironments(
  session: Pick<ReplaySession, 'create' | 'reload'>,
  most: number,
  onProblem: (problem: string) => void,
): Environments {
  const slots = new Map<string, Slot>()
  let generation = 0

  const acquire = async (trigger: TriggerName, name: string, slot: Slot): Promise<Running | undefined> => {
    const idle = slot.idle.pop()
    if (idle !== undefined) return idle
    if (slot.count >= most) {
      const freed = await new Promise<Running | undefined>((resolve) => slot.waiting.push(resolve))
      if (freed !== undefined) return freed
    } else slot.count += 1
    try {
      const started = generation
      const lambda = await session.create(trigger, name)
      if (lambda !== undefined) return { lambda, generation: started }
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error))
    }
    giveBack(slot, undefined)
    return undefined
  }

  /** Hands an environment to the next event that waits. Without one, the next event starts an environment of its own. */
  const giveBack = (slot: Slot, running: Running | undefined): void => {
    const next = slot.waiting.shift()
    if (next !== undefined) next(running)
    else if (running === undefined) slot.count -= 1
    else slot.idle.push(running)
  }

  const call: CallTrigger = async ({ arn, trigger, event }) => {
    const name = arn.slice(arn.lastIndexOf(':function:') + ':function:'.length).replace(/:.*$/, '')
    const key = `${trigger} ${name}`
    const slot = slots.get(key) ?? { idle: [], waiting: [], count: 0 }
    slots.set(key, slot)
    const running = await acquire(trigger, name, slot)
    if (running === undefined) return createMissing(trigger, name)
    try {
      return await deliver(running.lambda, trigger, event)
    } finally {
      if (running.generation === generation) giveBack(slot, running)
      else {
        await running.lambda.stop()
        giveBack(slot, undefined)
      }
    }
  }

  const stopIdle = async (): Promise<void> => {
    const all = [...slots.values()].flatMap((slot) => {
      slot.count -= slot.idle.length
      return slot.idle.splice(0)
    })
    await Promise.all(all.map(({ lambda }) => lambda.stop()))
  }

  return {
    call,
    async replace() {
      await session.reload()
      generation += 1
      await stopIdle()
    },
    async stop() {
      generation += 1
      await stopIdle()
    },
  }
}

/** The result of a call of a function that does not exist, or that cannot be started. */
function createMissing(trigger: TriggerName, name: string): Delivery {
  return {
    outcome: 'failed',
    response: null,
    error: { name: 'ResourceNotFoundException', message: `Function not found: ${name}` },
    problem: `the project has no function ${name} for ${trigger}, or the function cannot be built`,
    decision: null,
    attempts: 0,
    durationMs: 0,
  }
}
