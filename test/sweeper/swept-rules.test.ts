import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostAuthentication, postAuthentication } from '../../src/post-auth/trigger.ts'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import { TRIGGER_NAMES } from '../../src/shared/cognito/triggers.ts'
import { when } from '../../src/shared/rules/combinators.ts'
import { triggeredBy } from '../../src/shared/rules/condition.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { once } from '../../src/shared/rules/once.ts'
import { done } from '../../src/shared/rules/outcome.ts'
import { defineRule, type Rule, type RuleNode } from '../../src/shared/rules/rule.ts'
import type { RuleContext, Working } from '../../src/shared/rules/trigger.ts'
import { type SweptCompositions, sweptRules } from '../../src/sweeper/swept-rules.ts'
import { ann, postAuthenticationEvent } from '../support/events.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'

const { signal } = new AbortController()
let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

/** Makes an effect that records the source of its events, and fails until `recover` is called. */
function effect<T extends Working>(name: string) {
  const sources: string[] = []
  let fails = true
  const evaluate = ({ event, trigger }: RuleContext<Working>) => {
    if (fails) throw new NotDoneError(new Error('down'))
    sources.push(`${trigger}: ${event.triggerSource}`)
    return done()
  }
  const rule = once(world.ledger, defineRule<Working>(name, evaluate, { can: ['done'], permissions: [], reads: [] }), {
    delivery: 'at-most-once',
  }) as Rule<T>
  const recover = (): void => {
    fails = false
  }
  return { rule, sources, recover }
}

const sweep = async (compositions: SweptCompositions) => {
  world.wait(30_000)
  return (await world.sweep({ rules: sweptRules(compositions) })).swept
}
const pending = (name: string, triggerSource?: string) =>
  world.pendingEffects.enqueue(
    { userPoolId: ann.userPoolId, sub: ann.sub, effect: name, delivery: 'at-most-once', ...(triggerSource && { triggerSource }) },
    signal,
  )

describe('a sweep of several triggers', () => {
  it('finishes an effect of post authentication, with the conditions around it', async () => {
    const { rule, sources, recover } = effect<PostAuthentication>('greet')
    const composition = when<PostAuthentication>(triggeredBy('PostAuthentication_Authentication'), rule)
    await postAuthentication({ write: () => undefined }, composition)(postAuthenticationEvent())
    recover()

    expect(await sweep({ PostConfirmation: world.rule('at-most-once'), PostAuthentication: composition })).toEqual({ done: 1 })
    expect(sources).toEqual(['PostAuthentication: PostAuthentication_Authentication'])
  })

  it('gives an enqueued effect without a source the source of the trigger that has the effect', async () => {
    const { rule, sources, recover } = effect<PostAuthentication>('thank')
    recover()
    await pending('thank')

    expect(await sweep({ PostConfirmation: world.rule('at-most-once'), PostAuthentication: rule })).toEqual({ done: 1 })
    expect(sources).toEqual(['PostAuthentication: PostAuthentication_Authentication'])
  })

  it('runs an effect that two triggers have with the rule of the trigger that claimed it', async () => {
    const [confirmation, authentication] = [effect<PostConfirmation>('reward'), effect<PostAuthentication>('reward')]
    await postAuthentication({ write: () => undefined }, authentication.rule)(postAuthenticationEvent())
    confirmation.recover()
    authentication.recover()

    expect(await sweep({ PostConfirmation: confirmation.rule, PostAuthentication: authentication.rule })).toEqual({ done: 1 })
    expect([confirmation.sources, authentication.sources]).toEqual([[], ['PostAuthentication: PostAuthentication_Authentication']])
  })

  it('runs an effect that a trigger enqueued for another trigger', async () => {
    const { rule, sources, recover } = effect<PostConfirmation>('invite')
    recover()
    await pending('invite', 'PostAuthentication_Authentication')

    expect(await sweep({ PostAuthentication: effect<PostAuthentication>('other').rule, PostConfirmation: rule })).toEqual({ done: 1 })
    expect(sources).toEqual(['PostConfirmation: PostAuthentication_Authentication'])
  })

  it('makes an effect of a trigger without a composition a dead letter', async () => {
    await pending('unknown', 'PostAuthentication_Authentication')
    expect(await sweep({ PostConfirmation: world.rule('at-most-once') })).toEqual({ failed: 1 })
  })
})

describe('sweptRules', () => {
  const composition: RuleNode = { name: 'chain', kind: 'chain', children: [] }
  const make =
    (name: string, value: unknown = composition) =>
    () =>
      sweptRules({ [name]: value } as SweptCompositions)

  it('accepts the triggers whose only result are effects, and no other trigger, such as a sender', () => {
    const accepted = TRIGGER_NAMES.filter((name) => {
      try {
        return make(name)().all.length === 0
      } catch (error) {
        expect(error).toEqual(
          new TypeError(
            `sweeper(): '${name}' is not a trigger whose effects are swept; expected compositions by name: PostConfirmation, PostAuthentication`,
          ),
        )
        return false
      }
    })
    expect(accepted).toEqual(['PostConfirmation', 'PostAuthentication'])
  })

  it.each([
    ['a composition instead of compositions by name', () => sweptRules(composition as SweptCompositions), "'name' is not a trigger"],
    ['an unknown trigger', make('PostSignUp'), "'PostSignUp' is not a trigger whose effects are swept"],
    [
      'a handler instead of its composition',
      make('PostConfirmation', () => undefined),
      'PostConfirmation is a function; expected the composition',
    ],
    ['null', make('PostConfirmation', null), 'sweeper(): PostConfirmation is null'],
  ])('throws for %s', (_, wrong, message) => {
    expect(wrong).toThrow(message)
  })
})
