import type { CognitoError } from '../errors.ts'
import { createFlow, recordRequest } from '../handle-request.ts'
import type { JournalStep } from '../journal.ts'
import type { AppClient, Pool } from '../model.ts'
import { type Flow, type Operation, runSteps, type Step, type World } from '../operation.ts'

/** The pool and the app client of a request. */
export interface LoginCaller {
  readonly pool: Pool
  readonly client: AppClient | undefined
}

/** A request to managed login. */
export interface LoginRow {
  /** The row of the table, such as `/login`. */
  readonly row: string
  readonly caller: LoginCaller
  /** The input, for the journal. */
  readonly input: object
  /** The parts of the flow that are known before its first step. */
  readonly given?: Partial<Pick<Flow, 'grant' | 'changes' | 'user' | 'validationData' | 'clientMetadata'>>
  readonly run: (base: Omit<Flow, 'input'>) => Promise<{ readonly flow: Flow; readonly error?: unknown }>
}

/** Runs the steps of a row and records them, as the API does with an operation. */
export async function runRow(
  world: World,
  request: LoginRow,
): Promise<{ readonly flow: Flow | undefined; readonly error: CognitoError | undefined }> {
  const { row, caller, input, given, run } = request
  const startedAt = world.now()
  const steps: JournalStep[] = []
  let flow: Flow | undefined
  let failure: unknown
  try {
    const base = createFlow(world, row, { ...caller, user: undefined, claims: undefined }, undefined, steps)
    const ended = await run({ ...base, ...given })
    flow = ended.flow
    failure = ended.error
  } catch (error) {
    failure = error
  }
  return { flow, error: recordRequest(world, { startedAt, row, input, caller, flow, steps, failure }) }
}

/** Runs an operation of the API in a row. */
export function withOperation(operation: Operation, input: object): LoginRow['run'] {
  return (base) => operation.open(input).run(base)
}

/** Runs steps in a row. */
export function withSteps<Input>(steps: readonly Step<Input>[], input: Input): LoginRow['run'] {
  return async (base) => {
    const flow: Flow<Input> = { ...base, input }
    try {
      await runSteps(flow, steps)
      return { flow }
    } catch (error) {
      return { flow, error }
    }
  }
}
