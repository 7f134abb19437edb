import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEvent } from '../../../../src/shared/lambda/middleware/compiled-event.ts'
import { eventSchema } from '../../../../src/shared/lambda/middleware/event-schema.ts'
import { mutatedEvent } from '../../../support/fuzz/fuzz-events.ts'
import { seededRandom } from '../../../support/fuzz/fuzz-random.ts'
import { sourceEvents } from '../../../support/fuzz/fuzz-sources.ts'

const MUTATED = 200_000
const SEED = 20_260_101

const accepted = (input: unknown): boolean => eventSchema.safeParse(input).success

describe('the compiled check of events agrees with the schema', () => {
  const sources = sourceEvents(process.env.EVENT_CORPUS)

  it('on every sample event, and takes them all', () => {
    const events = sources.map(({ text }): unknown => JSON.parse(text))
    expect(events.length).toBeGreaterThan(50)
    expect(events.filter((event) => !isEvent(event) || !accepted(event))).toEqual([])
  })

  it(`on each of ${MUTATED} mutated ones`, () => {
    const disagreed: string[] = []
    let refused = 0
    for (let stream = 0; stream < MUTATED; stream += 1) {
      const random = seededRandom(SEED, stream)
      const event = mutatedEvent(random.pick(sources), random)
      const takes = isEvent(event)
      if (takes !== accepted(event)) disagreed.push(`stream ${stream}: ${JSON.stringify(event)?.slice(0, 500)}`)
      if (!takes) refused += 1
    }
    expect(disagreed).toEqual([])
    // A mutator that hits nothing would prove nothing.
    expect(refused).toBeGreaterThan(MUTATED / 50)
    expect(refused).toBeLessThan(MUTATED / 2)
  }, 120_000)

  it('on what is no JSON, and on every kind of value in every place that is read', () => {
    const value = fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      'text',
      0,
      NaN,
      1n,
      true,
      Symbol.iterator,
      [],
      {},
      new Date(),
      new Map(),
      () => 1,
      Object('text'),
    )
    const parts = (...keys: readonly string[]): fc.Arbitrary<unknown> =>
      fc.oneof(value, fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] }))
    const event = fc.record(
      {
        ...{ triggerSource: value, userPoolId: value, userName: value, response: parts('autoConfirmUser') },
        callerContext: parts('clientId'),
        request: parts('userAttributes', 'validationData', 'clientMetadata'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        fc.oneof({ weight: 1, arbitrary: value }, { weight: 20, arbitrary: event }),
        (input) => isEvent(input) === accepted(input),
      ),
      { numRuns: 20_000 },
    )
  })
})
