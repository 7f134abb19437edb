import type { RuleDescription } from '../lib/description.ts'
import { matchesGlob } from './glob.ts'

// What every function does, whatever its rules: its log, its traces, its network.
const PLUMBING = /^(?:logs|xray):|^ec2:(?:\w*NetworkInterface\w*|DescribeSubnets|DescribeSecurityGroups|DescribeVpcs)$/i

/** Whether an action serves the function itself rather than its rules. */
export function isPlumbing(action: string): boolean {
  return PLUMBING.test(action)
}

/** Whether a rule may need something without saying so. One that needs nothing says so with an empty list. */
export function saysNothing({ kind, children, permissions }: RuleDescription): boolean {
  const own = kind === 'rule' || kind === 'gate' || kind === 'guard' || kind === 'shaper' || kind === 'effect'
  return own && children.length === 0 && permissions === undefined
}

/** Whether an action as a policy writes it, perhaps with wildcards, allows another. */
export function allows(written: string, action: string): boolean {
  return matchesGlob(written.toLowerCase(), action.toLowerCase())
}
