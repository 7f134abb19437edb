import type * as z from 'zod'
import type { Assume, AssumptionName } from './assumptions.ts'
import type { Contact } from './attributes.ts'
import type { Inbox } from './inbox.ts'
import { parseInput } from './input.ts'
import type { Grant, TokenChanges } from './issue-tokens.ts'
import type { Journal, JournalStep } from './journal.ts'
import type { Outgoing } from './messages.ts'
import type { Migrated } from './migration.ts'
import type { AppClient, Pool, User } from './model.ts'
import type { Draft } from './new-user.ts'
import type { Sessions, SignIn } from './sessions.ts'
import type { Store } from './store.ts'
import type { Claims, SigningKey } from './tokens.ts'
import type { CallTrigger } from './triggers.ts'

/** The parts of a running pool that all operations share. */
export interface World {
  readonly store: Store
  readonly sessions: Sessions
  readonly key: SigningKey
  readonly call: CallTrigger
  /** Encrypts a code for a custom sender. */
  readonly encrypt: (code: string, userPoolId: string) => Promise<string>
  readonly inbox: Inbox
  readonly journal: Journal
  readonly assume: Assume
  readonly now: () => number
  /** The URL of the pool's endpoint. Issuers start with it. */
  readonly endpoint: () => string
  /** Resolves when requests can be answered. They wait for it. */
  ready: Promise<void>
  /** Work that goes on after its request: the calls of custom senders. */
  readonly background: Set<Promise<void>>
}

/** One request while it runs. Steps read and write it. */
export interface Flow<Input = unknown> {
  readonly world: World
  readonly input: Input
  /** The operation, and for operations with several flows the flow. */
  readonly row: string
  readonly pool: Pool
  client: AppClient | undefined
  /** The user, once a step has found or created it. */
  user: User | undefined
  /** The claims of the caller's access token. */
  claims: Claims | undefined
  /** The metadata that arrives as `clientMetadata`, and that which arrives as `validationData`. */
  clientMetadata: Readonly<Record<string, string>> | undefined
  validationData: Readonly<Record<string, string>> | undefined
  /** The sign-in that this request belongs to. */
  signIn: SignIn | undefined
  /** The tokens to issue, where they differ from those of a sign-in through the API. */
  grant: Grant | undefined
  /** The changes of the pre token generation function. */
  changes: TokenChanges | undefined
  /** The contacts that a request has changed and that need a code. */
  toVerify: readonly Contact[]
  /** The user that a sign-up is about to create. */
  draft: Draft | undefined
  /** The temporary password of a user that an administrator creates. */
  temporaryPassword: string | undefined
  /** The answer of the user migration function. */
  migrated: Migrated | undefined
  /** The message that this request sends, between the steps that write and send it. */
  outgoing: Outgoing | undefined
  /** The answer to the caller. */
  answer: Record<string, unknown>
  readonly steps: JournalStep[]
}

export type StepKind = 'check' | 'write' | 'trigger' | 'deliver' | 'tokens'

/** A condition of a step, with its text for the documentation. */
export interface Condition<Input = never> {
  readonly text: string
  readonly holds: (flow: Flow<Input>) => boolean
}

/** A step of an operation, as data. `'end'` answers the request at once. */
export interface Step<Input = never> {
  readonly kind: StepKind
  /** A description of the step, or the source of a trigger. */
  readonly text: string
  readonly when?: Condition<Input> | undefined
  readonly assumption?: AssumptionName | undefined
  /** Runs the step. A trigger step records its call with the assumption. */
  readonly run: (flow: Flow<Input>, assumption?: AssumptionName) => unknown
}

/** Who may call an operation: anybody with an app client's id, the user of an access token, or an administrator with AWS credentials. */
export type Authorisation = 'none' | 'token' | 'token or session' | 'IAM' | 'IAM without pool'

/** The parts of an input that say which pool, app client or user a request is about. */
export interface Target {
  readonly ClientId?: string | undefined
  readonly UserPoolId?: string | undefined
  readonly AccessToken?: string | undefined
  readonly Session?: string | undefined
}

/** A request whose input is valid. */
export interface OpenRequest {
  readonly row: string
  readonly target: Target
  readonly clientMetadata: Readonly<Record<string, string>> | undefined
  /** Runs the steps. Returns the flow also if a step threw an error. */
  readonly run: (base: Omit<Flow, 'input'>) => Promise<{ readonly flow: Flow; readonly error?: unknown }>
}

/** The data of a step, for the documentation and the tests. */
export type StepFacts = Pick<Step, 'kind' | 'text' | 'assumption'> & { readonly when?: { readonly text: string } | undefined }

/** An operation of Cognito's API. */
export interface Operation {
  readonly authorisation: Authorisation
  /** The steps of each flow. An operation with one flow has the row ''. */
  readonly rows: Readonly<Record<string, readonly StepFacts[]>>
  /** @throws CognitoError if the input is invalid. */
  readonly open: (input: unknown) => OpenRequest
}

/** Creates an operation with one flow. */
export function defineOperation<Input extends Target & { readonly ClientMetadata?: Readonly<Record<string, string>> | undefined }>(
  authorisation: Authorisation,
  input: z.ZodType<Input>,
  steps: readonly Step<Input>[],
): Operation {
  return defineFlows(authorisation, input, () => '', { '': steps })
}

/** Creates an operation with several flows. `choose` returns the row of an input, or throws a CognitoError. */
export function defineFlows<Input extends Target & { readonly ClientMetadata?: Readonly<Record<string, string>> | undefined }>(
  authorisation: Authorisation,
  schema: z.ZodType<Input>,
  choose: (input: Input) => string,
  rows: Readonly<Record<string, readonly Step<Input>[]>>,
): Operation {
  return {
    authorisation,
    rows,
    open(raw) {
      const input = parseInput(schema, raw)
      const row = choose(input)
      return {
        row,
        target: input,
        clientMetadata: input.ClientMetadata,
        async run(base) {
          const flow: Flow<Input> = { ...base, input }
          try {
            await runSteps(flow, rows[row] ?? [])
            return { flow }
          } catch (problem) {
            return { flow, error: problem }
          }
        },
      }
    },
  }
}

export function check<Input = unknown>(text: string, run: Step<Input>['run'], when?: Condition<Input>): Step<Input> {
  return { kind: 'check', text, run, when }
}

export function write<Input = unknown>(text: string, run: Step<Input>['run'], when?: Condition<Input>): Step<Input> {
  return { kind: 'write', text, run, when }
}

/** Adds a condition to steps that share it. */
export function onlyIf<Input>(when: Condition<Input>, steps: readonly Step<Input>[]): readonly Step<Input>[] {
  return steps.map((step) => ({ ...step, when: step.when === undefined ? when : both(when, step.when) }))
}

function both<Input>(one: Condition<Input>, two: Condition<Input>): Condition<Input> {
  return { text: `${one.text}, and ${two.text}`, holds: (flow) => one.holds(flow) && two.holds(flow) }
}

/** Runs steps in their order, and records them. Stops at the first step that ends the request or throws. */
export async function runSteps<Input>(flow: Flow<Input>, steps: readonly Step<Input>[]): Promise<void> {
  for (const step of steps) {
    const { kind, text, when, assumption } = step
    if (when !== undefined && !when.holds(flow)) continue
    if (assumption !== undefined && !flow.world.assume(assumption)) {
      flow.steps.push({ kind, text, assumption, skipped: true })
      continue
    }
    // A trigger step records itself, with its call. Any other step is recorded first, so that the last one is the one that failed.
    if (kind !== 'trigger') flow.steps.push({ kind, text, ...(assumption && { assumption }) })
    const end = await step.run(flow, assumption)
    if (end === 'end') return
  }
}
