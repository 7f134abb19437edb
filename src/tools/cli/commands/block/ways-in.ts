import type { Block, BlockType } from '../../../../shared/blocks/block-list.ts'
import type { TriggerName } from '../../../../shared/cognito/triggers.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { loadCode } from '../../../doctor/load-code.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../../../doctor/loaded.ts'
import type { RuleDescription } from '../../../lib/description.ts'
import { readCalls } from '../../../project/attached.ts'
import { openSource } from '../../../project/source.ts'
import { isKnown, toSymbolic } from '../../../project/symbolic.ts'
import type { Resource } from '../../../project/template.ts'
import type { Io } from '../../io.ts'
import { describeKey } from './describe.ts'

/** A way into an account, and whether a handler of the project would deny a blocked user there. */
export interface Way {
  readonly trigger: TriggerName
  /** The way in, for people. */
  readonly entry: string
  readonly state: 'denied' | 'open' | 'unknown'
  /** The reason, or a limit of the denial. */
  readonly note: string | undefined
}

/** Reads the template and the handlers of a project, as doctor does. */
export async function readHandlers(file: string | undefined, { folder, environment, signal, err }: Io): Promise<Subject> {
  const source = await openSource(file, { working: folder, environment, signal, onNote: (note) => err([note]) })
  const codes = await loadCode(source.template, { folder: source.folder, load: true })
  return { template: source.template, codes, today: new Date() }
}

interface Entry {
  readonly trigger: TriggerName
  readonly entry: string
  /** The keys that an event of the trigger cannot match. */
  readonly lacks: readonly BlockType[]
  /** True if most pools do not need the trigger. Then it is listed only if the pool has it. */
  readonly isOptional: boolean
}

const ENTRIES: readonly Entry[] = [
  { trigger: 'PreSignUp', entry: 'sign-up and first federated sign-in', lacks: ['sub'], isOptional: false },
  { trigger: 'PreAuthentication', entry: 'sign-in with a password, and later federated sign-ins', lacks: [], isOptional: false },
  { trigger: 'PreTokenGeneration', entry: 'new tokens, at every sign-in and refresh', lacks: [], isOptional: false },
  { trigger: 'DefineAuthChallenge', entry: 'sign-in with a custom challenge', lacks: [], isOptional: true },
  { trigger: 'InboundFederation', entry: 'every federated sign-in', lacks: ['sub'], isOptional: true },
]

/** Judges for each way in if a handler would deny a user with these blocks. */
export function judgeWays(subject: Subject, blocks: readonly Block[], table: string): readonly Way[] {
  const attached = listAttachedCode(subject)
  const { unknown } = readCalls(subject.template)
  return ENTRIES.flatMap((each): readonly Way[] => {
    const { trigger, entry } = each
    // A pool may name one function in two keys of LambdaConfig.
    const own = attached.filter(
      (call, at) =>
        call.trigger === trigger && attached.findIndex((other) => other.trigger === trigger && other.named === call.named) === at,
    )
    if (own.length > 0) return own.map((call) => ({ trigger, entry, ...judgeFunction(each, call, blocks, table) }))
    const undecided = unknown.find((call) => (call.trigger ?? trigger) === trigger)
    if (undecided !== undefined) return [{ trigger, entry, state: 'unknown', note: `${undecided.holder} is known only at deployment` }]
    return each.isOptional ? [] : [{ trigger, entry, state: 'open', note: 'the pool calls no function' }]
  })
}

function judgeFunction(
  { lacks }: Entry,
  { target, code, conditional, named }: AttachedCode,
  blocks: readonly Block[],
  table: string,
): Pick<Way, 'state' | 'note'> {
  const id = target?.id ?? named
  if (code?.rule === undefined)
    return { state: 'unknown', note: `the rules of ${id}: ${code?.problem ?? 'the function is not in the template'}` }
  const check = findBlockCheck(code.rule)
  if (check === undefined) return { state: 'open', note: `${id} does not check blocks` }
  if (check.isShadow) return { state: 'open', note: `the block rule of ${id} is a shadow: it only logs` }
  const other = target === undefined ? undefined : readOtherTable(target, table)
  if (other !== undefined) return { state: 'open', note: `${id} reads the table '${other}'` }
  const seen = blocks.filter(({ type }) => !lacks.includes(type))
  if (seen.length === 0) return { state: 'open', note: `the event has no ${lacks.join(' or ')}, and no other block matches` }
  if (conditional) return { state: 'unknown', note: `the pool calls ${id} only under a condition of the template` }
  const limits = [
    `${id}, by ${seen.map(describeKey).join(' and ')}`,
    check.isConditional && 'the rule runs under a condition (when or anyOf)',
    check.failsOpen && 'users pass while the table cannot be read (failOpen)',
  ]
  return { state: 'denied', note: limits.filter((text) => text !== false).join('; ') }
}

interface BlockCheck {
  readonly isShadow: boolean
  readonly isConditional: boolean
  readonly failsOpen: boolean
}

/** Finds the rule of a composition that checks blocks, outside `shadow` if there is one. */
function findBlockCheck(
  rule: RuleDescription,
  outside: BlockCheck = { isShadow: false, isConditional: false, failsOpen: false },
): BlockCheck | undefined {
  if (rule.judges === 'block') return outside
  const { kind } = rule
  const inside = {
    isShadow: outside.isShadow || kind === 'shadow',
    isConditional: outside.isConditional || kind === 'when' || kind === 'anyOf',
    failsOpen: outside.failsOpen || kind === 'failOpen',
  }
  const found = rule.children.flatMap((child) => findBlockCheck(child, inside) ?? [])
  return found.find(({ isShadow }) => !isShadow) ?? found[0]
}

/** Returns the table that a function reads, if it is certainly another one. */
function readOtherTable({ properties }: Resource, table: string): string | undefined {
  const variables = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  const name = isObject(variables) ? toSymbolic(variables.BLOCK_TABLE) : undefined
  return name !== undefined && isKnown(name) && name !== table ? name : undefined
}
