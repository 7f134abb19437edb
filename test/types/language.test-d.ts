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

/** A rule for every trigger can only look. */
function audit(): Rule {
  return defineRule('audit', () => skip('seen'))
}

function denyNobody<T extends Refusing>(): Rule<T> {
  return denyIf<T>(hasAttribute('name'), 'named', 'No names')
}

const confirm = defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: true }))
const greet = defineRule<PostConfirmation>('greet', () => done())
const block = defineRule<PreAuthentication>('block', () => deny('blocked', 'Blocked'))

describe('a composition takes its trigger from its rules', () => {
  test('in either order with a rule for every trigger', () => {
    expectTypeOf(chain(audit(), autoConfirm())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(chain(autoConfirm(), audit())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(chain(audit(), greet)).toEqualTypeOf<Rule<PostConfirmation>>()
    expectTypeOf(chain(denyNobody(), confirm)).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(when(triggeredBy('PreSignUp_SignUp'), confirm, audit())).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(anyOf(denyNobody(), confirm)).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(failOpen(shadow(block))).toEqualTypeOf<Rule<PreAuthentication>>()
  })

  test('and a factory takes rules for every trigger too', () => {
    preSignUp(audit(), confirm, denyNobody())
    preSignUp(denyIf(hasAttribute('name'), 'named', 'No names'), confirm)
    postConfirmation(audit(), greet)
  })
})

describe('what must not compile', () => {
  test('a rule of another trigger', () => {
    // @ts-expect-error a pre sign-up rule in pre authentication
    preAuthentication(confirm)
    // @ts-expect-error two triggers in one chain
    chain(confirm, block)
    // @ts-expect-error a post rule in a pre trigger
    preSignUp(greet)
    // @ts-expect-error a pre rule in a post trigger
    postConfirmation(confirm)
  })

  test('an outcome of the other phase', () => {
    // @ts-expect-error a denial comes too late in a post trigger
    defineRule<PostConfirmation>('late', () => deny('late', 'Late'))
    // @ts-expect-error nobody can be allowed in a post trigger
    defineRule<PostConfirmation>('late', () => allow())
    // @ts-expect-error a pre rule does no work
    defineRule<PreSignUp>('early', () => done())
    // @ts-expect-error only pre rules can be on trial
    shadow(greet)
    // @ts-expect-error nobody allows in a post trigger
    anyOf(greet)
    // @ts-expect-error nobody is denied in a post trigger
    postConfirmation(denyIf(hasAttribute('name'), 'named', 'No names'))
  })

  test('an answer that the trigger does not have', () => {
    // @ts-expect-error misspelt
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUsr: true }))
    // @ts-expect-error one field too many
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: true, autoConfirm: true }))
    // @ts-expect-error not a boolean
    defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: 'true' }))
    // @ts-expect-error post confirmation answers nothing
    defineRule<PostConfirmation>('answer', () => respond({ autoConfirmUser: true }))
  })

  test('an answer from a rule that is generic over triggers', () => {
    // @ts-expect-error which trigger has the field is not known
    defineRule<Trigger>('confirm', () => respond({ autoConfirmUser: true }))
    // @ts-expect-error the same where the trigger is a parameter
    const generic = <T extends Trigger>(): Rule<T> => defineRule<T>('confirm', () => respond({ autoConfirmUser: true }))
    expectTypeOf(generic).toBeFunction()
    // @ts-expect-error not every trigger can deny
    defineRule<Trigger>('deny', () => deny('no', 'No'))
    // @ts-expect-error not every trigger works
    defineRule<Trigger>('work', () => done())
  })

  test('what a trigger of another kind permits', () => {
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
    expectTypeOf(chain(denyNobody(), migrate)).toEqualTypeOf<Rule<Migration>>()
    // @ts-expect-error no rule can allow a migration
    anyOf(migrate)
    // @ts-expect-error no rule can allow a message
    defineRule<Message>('allow', () => allow())
    // @ts-expect-error an answer in Cognito's words
    defineRule<Migration>('migrate', () => respond({ finalUserStatus: 'CONFIRMED' }))
    // @ts-expect-error an answer of another trigger
    defineRule<Message>('message', () => respond({ autoConfirmUser: true }))
    // @ts-expect-error Cognito reads no answer
    defineRule<Sender>('send', () => respond({}))
    // @ts-expect-error a sender denies nobody
    defineRule<Sender>('send', () => deny('no', 'No'))
    // @ts-expect-error two triggers in one chain
    chain(confirm, migrate)
    // @ts-expect-error two kinds of triggers in one chain
    chain(send, migrate)
    const looking = defineRule<Migration>('look', () => skip(), { reads: [] })
    // @ts-expect-error once is for triggers that work
    once(memoryLedger(), looking, { delivery: 'at-most-once' })
    // @ts-expect-error so is parallel
    parallel(migrate)
    // @ts-expect-error nothing can be denied any more
    postConfirmation(blockUsers({ find: async () => [] }))
  })

  test('a wrong form of a factory', () => {
    // @ts-expect-error an array of rules
    preSignUp([confirm])
    // @ts-expect-error a misspelt setting
    preSignUp({ deadline: 100 }, confirm)
    // @ts-expect-error settings in the last place
    preSignUp(confirm, { deadlineMs: 100 })
    // @ts-expect-error middleware of a middleware
    preSignUp.middleware({ middleware: [] }, confirm)
    // @ts-expect-error a misspelt option
    preSignUp.rule('mine', () => skip(), { permission: [] })
    preSignUp({ deadlineMs: 100 }, confirm)
    preSignUp.middleware({ deadlineMs: 100 }, confirm)
    expectTypeOf(preSignUp.rule('mine', ({ event }) => (event.request.validationData ? allow() : skip()))).toEqualTypeOf<Rule<PreSignUp>>()
    expectTypeOf(postConfirmation.rule('mine', () => done(), { reads: [] })).toExtend<{ readonly reads: readonly string[] }>()
    // @ts-expect-error the trigger is inferred: post confirmation denies nobody
    postConfirmation.rule('mine', () => deny('no', 'No'))
  })

  test('half a commit', () => {
    // @ts-expect-error what is reserved must be released if a later rule denies
    defineRule<PreSignUp>('use', () => skip(), { commit: { reserve: () => undefined } })
    // @ts-expect-error a reservation denies or is made
    defineRule<PreSignUp>('use', () => skip(), { commit: { reserve: () => allow(), release: () => undefined } })
  })

  test('a misspelt trigger source', () => {
    // @ts-expect-error
    triggeredBy('PreSignUp_Signup')
  })

  test('an effect that does not declare which attributes it reads', () => {
    const ledger = memoryLedger()
    const declared = defineRule<PostConfirmation>('mail', () => done(), { reads: ['email'] })
    expectTypeOf(once(ledger, declared, { delivery: 'at-most-once' })).toExtend<Rule<PostConfirmation>>()
    const undeclared = defineRule<PostConfirmation>('mail', () => done(), { can: ['done'] })
    // @ts-expect-error
    once(ledger, undeclared, { delivery: 'at-most-once' })
    // @ts-expect-error a list
    defineRule<PostConfirmation>('mail', () => done(), { reads: 'email' })
    // @ts-expect-error what it reads
    defineCondition(() => true)
  })

  test('a wrong declaration', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'INVITE_TABLE' }]
    expectTypeOf(defineRule<PreSignUp>('invited', () => allow(), { permissions, judges: 'email-domain' })).toEqualTypeOf<Rule<PreSignUp>>()
    // @ts-expect-error no such word
    defineRule<PreSignUp>('invited', () => allow(), { judges: 'domain' })
    // @ts-expect-error a list
    defineRule<PreSignUp>('invited', () => allow(), { permissions: 'dynamodb:GetItem' })
    // @ts-expect-error misspelt
    defineRule<PreSignUp>('invited', () => allow(), { permissions: [{ actions: ['dynamodb:GetItem'], on: 'INVITE_TABLE' }] })
  })

  test('an edit of the event', () => {
    defineRule<PreSignUp>('edit', ({ event }) => {
      // @ts-expect-error rules answer, they do not edit
      event.userName = 'eve'
      // @ts-expect-error
      event.request.userAttributes.email = 'eve@example.com'
      return skip()
    })
  })

  test('a condition that does not answer with a boolean', () => {
    // @ts-expect-error a found object is no answer
    const found: Condition = () => ({})
    expectTypeOf(found).toBeFunction()
  })
})

describe('contexts', () => {
  test('hold the event of their trigger', () => {
    defineRule('typed', ({ event }: RuleContext<PreSignUp>) => {
      expectTypeOf(event.request.validationData).toEqualTypeOf<Readonly<Record<string, string>> | null | undefined>()
      expectTypeOf(event.callerContext.clientId).toEqualTypeOf<string | null>()
      return allow()
    })
  })

  test('a condition for every trigger serves any of them', () => {
    expectTypeOf(not(hasAttribute('name'))).toExtend<Condition<PreSignUp>>()
    expectTypeOf<Condition>().toExtend<Condition<Working>>()
  })

  test('a shared look-up keeps its type', () => {
    const found = perInvocation(async ({ user }: RuleContext<PreSignUp>) => user.email?.length)
    expectTypeOf(found).returns.resolves.toEqualTypeOf<number | undefined>()
  })
})
