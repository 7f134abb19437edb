import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { eventProblems } from '../../../src/shared/lambda/handler.ts'
import { mutatedEvent } from '../../support/fuzz/fuzz-events.ts'
import { seededRandom } from '../../support/fuzz/fuzz-random.ts'
import { sourceEvents } from '../../support/fuzz/fuzz-sources.ts'

const MUTATED = 200_000
const SEED = 20_260_101

const EXPECTED_OBJECT = 'expected an object'
const text = z.nullish(z.string('expected a string'))
const record = z.nullish(z.looseObject({}, EXPECTED_OBJECT))
const schema = z.looseObject(
  {
    triggerSource: text,
    userPoolId: text,
    userName: text,
    callerContext: z.nullish(z.looseObject({ clientId: text }, EXPECTED_OBJECT)),
    request: z.nullish(z.looseObject({ userAttributes: record, validationData: record, clientMetadata: record }, EXPECTED_OBJECT)),
    response: record,
  },
  EXPECTED_OBJECT,
)

/** Returns the problems that the zod schema finds in an event, in the format of `eventProblems`. */
function schemaProblems(input: unknown): readonly string[] {
  const { error } = schema.safeParse(input)
  return error === undefined ? [] : error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`)
}

/** Returns the problems from `eventProblems`. Leaves out attribute values, because the zod schema does not check their types. */
function shapeProblems(input: unknown): readonly string[] {
  return eventProblems(input).filter((problem) => !problem.startsWith('request.userAttributes.'))
}

describe('eventProblems', () => {
  const sources = sourceEvents(process.env.EVENT_CORPUS)

  it('finds no problem in any sample event, and neither does the zod schema', () => {
    const events = sources.map(({ text }): unknown => JSON.parse(text))
    expect(events.length).toBeGreaterThan(50)
    expect(events.flatMap((event) => [...shapeProblems(event), ...schemaProblems(event)])).toEqual([])
  })

  it(`returns the same problems as the zod schema for ${MUTATED} mutated events`, () => {
    const disagreed: string[] = []
    let refused = 0
    for (let stream = 0; stream < MUTATED; stream += 1) {
      const random = seededRandom(SEED, stream)
      const event = mutatedEvent(random.pick(sources), random)
      const problems = shapeProblems(event)
      if (`${problems}` !== `${schemaProblems(event)}`) disagreed.push(`stream ${stream}: ${JSON.stringify(event)?.slice(0, 500)}`)
      if (problems.length > 0) refused += 1
    }
    expect(disagreed).toEqual([])
    // Requires valid and invalid events, because a comparison of only one kind would prove little.
    expect(refused).toBeGreaterThan(MUTATED / 50)
    expect(refused).toBeLessThan(MUTATED / 2)
  }, 120_000)

  it('returns the same problems as the zod schema for every type of value in each field, including types that JSON does not have', () => {
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
      fc.property(fc.oneof({ weight: 1, arbitrary: value }, { weight: 20, arbitrary: event }), (input) => {
        expect(shapeProblems(input)).toEqual(schemaProblems(input))
      }),
      { numRuns: 20_000 },
    )
  })
})
