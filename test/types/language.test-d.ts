import { describe, expectTypeOf, test } from 'vitest'
import {
  allow,
  anyOf,
  type Condition,
  chain,
  defineCondition,
  defineRule,
  deny,
  denyIf,
  done,
  failOpen,
  hasAttribute,
  not,
  once,
  parallel,
  perInvocation,
  type Refusing,
  type Rule,
  type RuleContext,
  respond,
  shadow,
  skip,
  type Trigger,
  triggeredBy,
  type Working,
  when,
} from '../../src/index.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/index.ts'
import { type PreAuthentication, preAuthentication } from '../../src/pre-auth/index.ts'
import { autoConfirm, type PreSignUp, preSignUp } from '../../src/pre-signup/index.ts'
import { blockUsers } from '../../src/rules/index.ts'
import { memoryLedger } from '../support/memory-ledger.ts'

/** Returns a rule that fits every trigger, because it only skips. */
function audit(): Rule {
  return defineRule('audit', () => skip('seen'))
}

function denyUsersWithName<T extends Refusing>(): Rule<T> {
  return denyIf<T>(hasAttribute('name'), 'named', 'No names')
}

const confirm = defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: true }))
const greet = defineRule<PostConfirmation>('greet', () => done())
const block = defineRule<PreAuthentication>('block', () => deny('blocked', 'Blocked'))

describe('the trigger of a composition', () => {
  test('a composition has the trigger of its rules, even if some rules fit every trigger', () => {
    expectTypeOf(chain(audit(), autoConfirm())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(chain(autoConfirm(), audit())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(chain(audit(), greet)).toEqualTypeOf<Rule<PostConfirmation>>()
    expectTypeOf(chain(denyUsersWithName(), confirm)).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(when(triggeredBy('PreSignUp_SignUp'), confirm, audit())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(anyOf(denyUsersWithName(), confirm)).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(failOpen(shadow(block))).toEqualTypeOf<Rule<PreAuthentication>>()
  })

  test('a handler factory accepts rules of its trigger and rules that fit every trigger', () => {
    preSignUp(audit(), confirm, denyUsersWithName())
    preSignUp(denyIf(hasAttribute('name'), 'named', 'No names'), confirm)
    postConfirmation(audit(), greet)
  })
})

describe('a compile error', () => {
  test('the compiler rejects a rule of another trigger', () => {
    // @ts-expect-error preAuthentication does not accept a rule of pre sign-up
    preAuthentication(confirm)
    // @ts-expect-error chain does not accept rules of two triggers
    chain(confirm, block)
    // @ts-expect-error preSignUp does not accept a rule of a working trigger
    preSignUp(greet)
    // @ts-expect-error postConfirmation does not accept a rule of a refusing trigger
    postConfirmation(confirm)
  })

  test('the compiler rejects an outcome that the trigger does not permit', () => {
    // @ts-expect-error a working trigger does not permit deny
    defineRule<PostConfirmation>('late', () => deny('late', 'Late'))
    // @ts-expect-error a working trigger does not permit allow
    defineRule<PostConfirmation>('late', () => allow())
    // @ts-expect-error a refusing trigger does not permit done
    defineRule<PreSignUp>('early', () => done())
    // @ts-expect-error shadow needs a refusing trigger
    shadow(greet)
    // @ts-expect-error anyOf needs a trigger that permits allow
    anyOf(greet)
    // @ts-expect-error denyIf needs a refusing trigger
    postConfirmation(denyIf(hasAttribute('name'), 'named', 'No names'))
  })

  test('the compiler rejects an answer that does not fit the trigger', () => {
    // @ts-expect-error a misspelt field
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUsr: true }))
    // @ts-expect-error the answer of pre sign-up has no field autoConfirm
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: true, autoConfirm: true }))
    // @ts-expect-error not a boolean
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: 'true' }))
    // @ts-expect-error post confirmation has no answer
    defineRule<PostConfirmation>('answer', () => respond({ autoConfirmUser: true }))
  })

  test('the compiler rejects an outcome other than skip in a rule for every trigger', () => {
    // @ts-expect-error not every trigger has the field autoConfirmUser
    defineRule<Trigger>('confirm', () => respond({ autoConfirmUser: true }))
    // @ts-expect-error not every trigger has the field autoConfirmUser, even if the trigger is a type parameter
    const generic = <T extends Trigger>(): Rule<T> => defineRule<T>('confirm', () => respond({ autoConfirmUser: true }))
    expectTypeOf(generic).toBeFunction()
    // @ts-expect-error not every trigger permits deny
    defineRule<Trigger>('deny', () => deny('no', 'No'))
    // @ts-expect-error not every trigger permits done
    defineRule<Trigger>('work', () => done())
  })

  test('the compiler rejects outcomes that UserMigration, CustomMessage or CustomEmailSender does not permit', () => {
    interface Migration extends Refusing {
      readonly name: 'UserMigration'
      readonly answer: { readonly attributes: Readonly<Record<string, string>>; readonly status?: 'CONFIRMED' | 'RESET_REQUIRED' }
    }
    interface Message extends Refusing {
      readonly name: 'CustomMessage'
      readonly answer: { readonly sms?: string }
    }
    interface Sender extends Working {
      readonly name: 'CustomEmailSender'
      readonly answer: never
    }
    const migrate = defineRule<Migration>('migrate', () => respond({ attributes: {} }))
    const send = defineRule<Sender>('send', () => done())
    expectTypeOf(chain(migrate, audit())).toEqualTypeOf<Rule<Migration>>()
    expectTypeOf(chain(denyUsersWithName(), migrate)).toEqualTypeOf<Rule<Migration>>()
    // @ts-expect-error UserMigration does not permit allow
    anyOf(migrate)
    // @ts-expect-error CustomMessage does not permit allow
    defineRule<Message>('allow', () => allow())
    // @ts-expect-error finalUserStatus is a field of Cognito's response, and not of the rule's answer
    defineRule<Migration>('migrate', () => respond({ finalUserStatus: 'CONFIRMED' }))
    // @ts-expect-error autoConfirmUser belongs to the answer of another trigger
    defineRule<Message>('message', () => respond({ autoConfirmUser: true }))
    // @ts-expect-error Cognito ignores the answer of CustomEmailSender, so its rules may not answer
    defineRule<Sender>('send', () => respond({}))
    // @ts-expect-error CustomEmailSender does not permit deny
    defineRule<Sender>('send', () => deny('no', 'No'))
    // @ts-expect-error chain does not accept rules of two triggers
    chain(confirm, migrate)
    // @ts-expect-error chain does not accept rules of a working and of a refusing trigger
    chain(send, migrate)
    const looking = defineRule<Migration>('look', () => skip(), { reads: [] })
    // @ts-expect-error once needs a working trigger
    once(memoryLedger(), looking, { delivery: 'at-most-once' })
    // @ts-expect-error parallel needs a working trigger
    parallel(migrate)
    // @ts-expect-error post confirmation does not permit deny
    postConfirmation(blockUsers({ find: async () => [] }))
  })

  test('the compiler rejects wrong arguments of a handler factory', () => {
    // @ts-expect-error preSignUp accepts rules as arguments, and not an array
    preSignUp([confirm])
    // @ts-expect-error a misspelt setting
    preSignUp({ deadline: 100 }, confirm)
    // @ts-expect-error the settings must be the first argument
    preSignUp(confirm, { deadlineMs: 100 })
    // @ts-expect-error preSignUp.middleware does not accept the setting middleware
    preSignUp.middleware({ middleware: [] }, confirm)
    // @ts-expect-error a misspelt option
    preSignUp.rule('mine', () => skip(), { permission: [] })
    preSignUp({ deadlineMs: 100 }, confirm)
    preSignUp.middleware({ deadlineMs: 100 }, confirm)
    expectTypeOf(preSignUp.rule('mine', ({ event }) => (event.request.validationData ? allow() : skip()))).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(postConfirmation.rule('mine', () => done(), { reads: [] })).toExtend<{ readonly reads: readonly string[] }>()
    // @ts-expect-error the inferred trigger, post confirmation, does not permit deny
    postConfirmation.rule('mine', () => deny('no', 'No'))
  })

  test('the compiler rejects an incomplete or wrong commit of a rule', () => {
    // @ts-expect-error commit needs the function release
    defineRule<PreSignUp>('use', () => skip(), { commit: { reserve: () => undefined } })
    // @ts-expect-error reserve may only return a denial or undefined
    defineRule<PreSignUp>('use', () => skip(), { commit: { reserve: () => allow(), release: () => undefined } })
  })

  test('the compiler rejects a misspelt trigger source', () => {
    // @ts-expect-error the source must be PreSignUp_SignUp
    triggeredBy('PreSignUp_Signup')
  })

  test('the compiler rejects an effect or a condition that does not declare reads', () => {
    const ledger = memoryLedger()
    const declared = defineRule<PostConfirmation>('mail', () => done(), { reads: ['email'] })
    expectTypeOf(once(ledger, declared, { delivery: 'at-most-once' })).toExtend<Rule<PostConfirmation>>()
    const undeclared = defineRule<PostConfirmation>('mail', () => done(), { can: ['done'] })
    // @ts-expect-error once needs a rule that declares reads
    once(ledger, undeclared, { delivery: 'at-most-once' })
    // @ts-expect-error reads must be a list
    defineRule<PostConfirmation>('mail', () => done(), { reads: 'email' })
    // @ts-expect-error defineCondition needs the option reads
    defineCondition(() => true)
  })

  test('the compiler rejects an invalid declaration of a rule', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'INVITE_TABLE' }]
    expectTypeOf(defineRule<PreSignUp>('invited', () => allow(), { permissions, judges: 'email-domain' })).toEqualTypeOf<Rule<PreSignUp>>()
    // @ts-expect-error the option judges does not accept the value 'domain'
    defineRule<PreSignUp>('invited', () => allow(), { judges: 'domain' })
    // @ts-expect-error permissions must be a list
    defineRule<PreSignUp>('invited', () => allow(), { permissions: 'dynamodb:GetItem' })
    // @ts-expect-error a permission must have the key 'resource', and the key 'on' is unknown
    defineRule<PreSignUp>('invited', () => allow(), { permissions: [{ actions: ['dynamodb:GetItem'], on: 'INVITE_TABLE' }] })
  })

  test('the compiler rejects a write to the event', () => {
    defineRule<PreSignUp>('edit', ({ event }) => {
      // @ts-expect-error the event is read-only
      event.userName = 'eve'
      // @ts-expect-error attributes are read-only
      event.request.userAttributes.email = 'eve@example.com'
      return skip()
    })
  })

  test('the compiler rejects a condition that does not return a boolean', () => {
    // @ts-expect-error a condition must return a boolean, not an object
    const found: Condition = () => ({})
    expectTypeOf(found).toBeFunction()
  })
})

describe('the context of a rule', () => {
  test('the context of a rule has the event type of the trigger', () => {
    defineRule('typed', ({ event }: RuleContext<PreSignUp>) => {
      expectTypeOf(event.request.validationData).toEqualTypeOf<Readonly<Record<string, string>> | null | undefined>()
      expectTypeOf(event.callerContext.clientId).toEqualTypeOf<string | null>()
      return allow()
    })
  })

  test('a condition for every trigger can be used as a condition of one trigger', () => {
    expectTypeOf(not(hasAttribute('name'))).toExtend<Condition<PreSignUp>>()
    expectTypeOf<Condition>().toExtend<Condition<Working>>()
  })

  test('perInvocation passes the context of a rule to the lookup, and keeps the result type of the lookup', () => {
    const found = perInvocation(async ({ user }: RuleContext<PreSignUp>) => user.email?.length)
    expectTypeOf(found).returns.resolves.toEqualTypeOf<number | undefined>()
  })
})
