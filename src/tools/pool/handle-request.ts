import { authorise, type Caller } from './authorise.ts'
import { CognitoError, invalidParameter } from './errors.ts'
import { hidePasswords, type JournalStep } from './journal.ts'
import type { Flow, World } from './operation.ts'
import { OPERATIONS } from './operations/table.ts'

/** The answer to a request of the API. */
export interface ApiAnswer {
  readonly status: number
  readonly body: object
  /** The name of the error. */
  readonly error?: string
}

/** Creates the flow of a request, before its first step. */
export function createFlow(
  world: World,
  row: string,
  caller: Pick<Flow, 'pool' | 'client' | 'user' | 'claims'>,
  clientMetadata: Flow['clientMetadata'],
  steps: JournalStep[] = [],
): Omit<Flow, 'input'> {
  const nothing = { validationData: undefined, signIn: undefined, grant: undefined, changes: undefined, draft: undefined }
  const none = { temporaryPassword: undefined, migrated: undefined, outgoing: undefined, toVerify: [] }
  return { world, row, ...caller, clientMetadata, ...nothing, ...none, answer: {}, steps }
}

/**
 * Answers a request of Cognito's API, and records it. Never throws: an error that is a bug of the pool becomes an
 * InternalErrorException, and is recorded with its message.
 *
 * @param name The operation, such as `SignUp`.
 * @param header The Authorization header of the request.
 */
export async function handleRequest(world: World, name: string, input: unknown, header: string | undefined): Promise<ApiAnswer> {
  await world.ready
  const startedAt = world.now()
  const steps: JournalStep[] = []
  let row = name
  let flow: Flow | undefined
  let caller: Caller | undefined
  let failure: unknown
  try {
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
    if (operation === undefined) throw invalidParameter(`${name} is not simulated by Lifeguard`)
    const request = operation.open(input)
    if (request.row !== '') row = `${name} ${request.row}`
    caller = await authorise(world, operation.authorisation, { target: request.target, header, input })
    const ended = await request.run(createFlow(world, row, caller, request.clientMetadata, steps))
    flow = ended.flow
    failure = ended.error
  } catch (error) {
    failure = error
  }
  const error = recordRequest(world, { startedAt, row, input, caller, flow, steps, failure })
  return error === undefined
    ? { status: 200, body: flow?.answer ?? {} }
    : { status: error.status, body: { __type: error.type, message: error.message }, error: error.type }
}

/** A request that ended. */
export interface EndedRequest {
  readonly startedAt: number
  readonly row: string
  readonly input: unknown
  readonly caller: Pick<Caller, 'pool' | 'client'> | undefined
  readonly flow: Flow | undefined
  readonly steps: readonly JournalStep[]
  /** The error that a step threw. Undefined without one. */
  readonly failure: unknown
}

/** Adds a request to the journal. Returns the error that its caller gets. */
export function recordRequest(world: World, request: EndedRequest): CognitoError | undefined {
  const { startedAt, row, input, caller, flow, steps, failure } = request
  const error = failure === undefined ? undefined : toCognitoError(failure)
  world.journal.add({
    at: new Date(startedAt).toISOString(),
    operation: row,
    userPoolId: caller?.pool.id || null,
    clientId: caller?.client?.id ?? null,
    userName: flow?.user?.username ?? readTypedName(input),
    input: hidePasswords(input),
    steps,
    answer: error === undefined ? hidePasswords(flow?.answer ?? {}) : null,
    error: error === undefined ? null : { type: error.type, message: toDetail(failure) },
    durationMs: world.now() - startedAt,
  })
  return error
}

function toCognitoError(error: unknown): CognitoError {
  return error instanceof CognitoError ? error : new CognitoError('InternalErrorException', 'Internal error of the local pool', 500)
}

/** Returns the message of an error. The journal gets the message of a bug too, which the caller does not get. */
function toDetail(error: unknown): string {
  if (error instanceof CognitoError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Returns the user name that a caller sent, for a request that found no user. */
function readTypedName(input: unknown): string | null {
  const { Username, AuthParameters } = Object(input)
  const name: unknown = Username ?? Object(AuthParameters).USERNAME
  return typeof name === 'string' ? name : null
}
