export type { AttributeMap, CallerContext, CognitoEvent } from './shared/cognito/event.ts'
export type { SourceOf, TriggerName, TriggerSource } from './shared/cognito/triggers.ts'
export { type EmailAddress, parseEmailAddress } from './shared/email/address.ts'
export { type BuiltDomainList, InvalidDomainListError, readDomainList } from './shared/email/domain-file.ts'
export { type DomainList, domainList } from './shared/email/domain-list.ts'
export { emailDomainIn, UnreadableEmailError } from './shared/email/email-domain-in.ts'
export type { TriggerFactory, TriggerHandler } from './shared/lambda/define-trigger.ts'
export type { InvocationContext } from './shared/lambda/handler.ts'
export type { HandlerSettings, LogFields, Logger, LogLevel, Middleware, MiddlewareRequest } from './shared/lambda/settings.ts'
export { type UseClient, type WarmUpEvent, type WarmUpSettings, warmUp, warmUpEvent } from './shared/lambda/warm-up.ts'
export { type RefusalCatalogue, refusalTexts } from './shared/messages/refusal-texts.ts'
export { type BetweenOptions, between, type Hours } from './shared/rules/between.ts'
export { anyOf, chain, denyIf, type FailOpenOptions, failClosed, failOpen, parallel, shadow, when } from './shared/rules/combinators.ts'
export { reservationKey } from './shared/rules/commit.ts'
export {
  and,
  type Condition,
  type DeclaresReads,
  defineCondition,
  fromAppClient,
  hasAttribute,
  not,
  or,
  perInvocation,
  triggeredBy,
} from './shared/rules/condition.ts'
export type {
  Decision,
  Denied,
  Failed,
  FindRefusalText,
  Proceed,
  RuleAnswer,
  RuleObserver,
  TraceEntry,
} from './shared/rules/decision.ts'
export { DeadlineExceededError, LifeguardError, NotDoneError } from './shared/rules/errors.ts'
export {
  type ClaimResult,
  type Delivery,
  type Effect,
  type EffectClaim,
  type EffectFailure,
  type EffectKey,
  type Ledger,
  type OnceOptions,
  once,
} from './shared/rules/once.ts'
export {
  type Allow,
  type Answer,
  allow,
  type Deny,
  type DenyOptions,
  type Done,
  deny,
  done,
  type Outcome,
  type RefusalCode,
  respond,
  type Skip,
  skip,
} from './shared/rules/outcome.ts'
export {
  type Ability,
  type Commit,
  defineRule,
  type Judges,
  type Rule,
  type RuleKind,
  type RuleNode,
  type RuleOptions,
  type RulePermission,
  type Run,
} from './shared/rules/rule.ts'
export type { Approving, Combine, OnError, Refusing, RuleContext, RuleUser, Trigger, Working } from './shared/rules/trigger.ts'
export { maskInitErrors } from './shared/settings/mask-init-errors.ts'
