import type { Judges, MessageSample, RulePermission } from '../../shared/rules/rule.ts'

/** A rule's name, kind, children and declarations. The child process that loads the handler sends them. */
export interface RuleDescription {
  readonly name: string
  readonly kind: string
  readonly children: readonly RuleDescription[]
  /** Absent if the rule does not declare its permissions. */
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges
  /** The outcomes that the rule may return besides `skip`. Absent if the rule does not declare its outcomes. */
  readonly can?: readonly string[]
  /** The lowest event version that the rule needs, such as `V2_0`. Absent if the rule declares none. */
  readonly lambdaVersion?: string
  /** True if the rule has a commit step, which writes. */
  readonly commits?: true
  /** The messages that the rule can send, with example values. */
  readonly samples?: readonly MessageSample[]
  /** The service that sends the pool's emails, as the rule expects. Absent if the rule writes no emails. */
  readonly emailSending?: string
  /** The cost of the password hashes that the rule computes, such as `bcrypt:cost=10`. Absent if it computes none. */
  readonly hash?: string
  /** The attributes that the rule marks as verified. */
  readonly verifies?: readonly string[]
}

/** Describes a handler's composition. Returns undefined if the value is not a Lifeguard rule. */
export function describeRule(rule: unknown): RuleDescription | undefined {
  if (typeof rule !== 'object' || rule === null || !('name' in rule) || !('kind' in rule)) return undefined
  const children: readonly unknown[] = 'children' in rule && Array.isArray(rule.children) ? rule.children : []
  return {
    name: String(rule.name),
    kind: String(rule.kind),
    children: children.map(describeRule).filter((child) => child !== undefined),
    ...('permissions' in rule &&
      Array.isArray(rule.permissions) && { permissions: rule.permissions.map(readPermission).filter((each) => each !== undefined) }),
    ...('can' in rule && Array.isArray(rule.can) && { can: rule.can.map(String) }),
    ...('lambdaVersion' in rule && typeof rule.lambdaVersion === 'string' && { lambdaVersion: rule.lambdaVersion }),
    ...(('commit' in rule || ('commits' in rule && rule.commits === true)) && { commits: true as const }),
    ...('samples' in rule && { samples: readSamples(rule.samples) }),
    ...('emailSending' in rule && typeof rule.emailSending === 'string' && { emailSending: rule.emailSending }),
    ...('hash' in rule && typeof rule.hash === 'string' && { hash: rule.hash }),
    ...('judges' in rule && isJudges(rule.judges) && { judges: rule.judges }),
    ...('verifies' in rule && Array.isArray(rule.verifies) && { verifies: rule.verifies.map(String) }),
  }
}

function readPermission(value: unknown): RulePermission | undefined {
  if (typeof value !== 'object' || value === null || !('actions' in value) || !Array.isArray(value.actions) || !('resource' in value))
    return undefined
  const index = 'index' in value ? { index: String(value.index) } : {}
  return { actions: value.actions.map(String), resource: String(value.resource), ...index }
}

function isJudges(value: unknown): value is Judges {
  return value === 'email-domain' || value === 'block'
}

/** Reads the messages of a rule: a function in the handler's process, and a list in a message from it. Skips what is not a message. */
function readSamples(samples: unknown): readonly MessageSample[] {
  try {
    const list: unknown = typeof samples === 'function' ? samples() : samples
    return Array.isArray(list) ? list.flatMap(readSample) : []
  } catch {
    // A custom rule's function failed. The rest of the composition is still useful.
    return []
  }
}

function readSample(value: unknown): readonly MessageSample[] {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('locale' in value)) return []
  const texts = (['subject', 'html', 'text', 'sms'] as const).flatMap((key): readonly (readonly [string, string])[] => {
    const text: unknown = Reflect.get(value, key)
    return typeof text === 'string' ? [[key, text]] : []
  })
  return [{ name: String(value.name), locale: String(value.locale), ...Object.fromEntries(texts) }]
}
