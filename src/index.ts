export { type EmailAddress, parseEmailAddress } from './shared/email/address.ts'
export { type DomainList, domainList } from './shared/email/domain-list.ts'
export { emailDomainIn, UnreadableEmailError } from './shared/email/email-domain-in.ts'
export { InvalidDomainList } from './shared/email/invalid-domain-list.ts'
export { type BuiltDomainList, readDomainList } from './shared/email/read-domain-list.ts'
export type { TriggerFactory, TriggerHandler } from './shared/lambda/define-trigger.ts'
export type { LogFields, Logger, LogLevel } from './shared/lambda/log/logger.ts'
export type { InvocationContext } from './shared/lambda/pipeline.ts'
export type { HandlerSettings } from './shared/lambda/settings.ts'
export { anyOf } from './shared/rules/any-of.ts'
export { chain, when } from './shared/rules/combinators.ts'
export {
  and,
  type Condition,
  defineCondition,
  fromAppClient,
  hasAttribute,
  not,
  or,
  type TriggerSource,
  triggeredBy,
} from './shared/rules/condition.ts'
export type { Context, User } from './shared/rules/context.ts'
export type { Decision, Denied, Failed, Proceed } from './shared/rules/decide.ts'
export { denyIf } from './shared/rules/deny-if.ts'
export type { ExplainedDenial, RuleFailure, RuleObserver } from './shared/rules/engine.ts'
export { DeadlineExceededError, LifeguardError, NotDoneError } from './shared/rules/errors.ts'
export { type FailOpenOptions, failClosed, failOpen } from './shared/rules/failure.ts'
export type { Claim, Claimed, CutOff, Effect, EffectKey, Ledger, Setback } from './shared/rules/ledger.ts'
export { type OnceOptions, once } from './shared/rules/once.ts'
export { type Allow, allow, type Deny, type Done, deny, done, type Outcome, respond, type Skip, skip } from './shared/rules/outcome.ts'
export { perInvocation } from './shared/rules/per-invocation.ts'
export type { DeclaresReads } from './shared/rules/reads.ts'
export {
  defineRule,
  type Judges,
  type Rule,
  type RuleKind,
  type RuleNode,
  type RuleOptions,
  type RulePermission,
  type Run,
} from './shared/rules/rule.ts'
export { shadow } from './shared/rules/shadow.ts'
export { together } from './shared/rules/together.ts'
export type { TraceEntry } from './shared/rules/trace.ts'
export type { AttributeMap, CallerContext, CognitoEvent, PostTrigger, PreTrigger, Trigger } from './shared/rules/trigger.ts'
export { atInit } from './shared/settings/at-init.ts'
