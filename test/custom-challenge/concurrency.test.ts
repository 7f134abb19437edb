import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { customChallenge } from '../../src/custom-challenge/index.ts'
import { dynamoCounter } from '../../src/shared/limits/dynamo-counter.ts'
import { createChallenge, run, verifyChallenge } from '../../src/testing/index.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { runs } from '../support/runs.ts'
import { memoryCode } from './support.ts'

/** Runs work for each number, at most 50 at a time. */
async function inParallel<V>(count: number, work: (number: number) => Promise<V>): Promise<readonly V[]> {
  const results: V[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const number = next
      next += 1
      results.push(await work(number))
    }
  }
  await Promise.all(Array.from({ length: 50 }, worker))
  return results
}

onEveryDynamoDb((engine) => {
  it('checks at most five wrong answers and sends at most five codes in many parallel sign-ins of one user', {
    timeout: 900_000,
  }, async () => {
    const { mailer, step, lastCode } = memoryCode()
    const now = new Date()
    const counter = dynamoCounter({ documents: () => engine.documents(), table: engine.tables.limits, now: () => now })
    const { create, verify } = customChallenge({ steps: [step], counter, answersAfterMs: 0 })
    const userName = randomUUID()
    const count = runs(150)

    const created = await inParallel(count, async () => (await run(create, createChallenge({ userName }))).response)
    expect(mailer.sent).toHaveLength(5)

    // Guesses each code of six digits only once, so that no guess is counted as a repeated one.
    const answered = await inParallel(count, async (number) => {
      const secret = created[number]?.privateChallengeParameters ?? {}
      const challengeAnswer = `x${number}`
      return run(verify, verifyChallenge({ userName, privateChallengeParameters: secret, challengeAnswer }))
    })
    const reasons = answered.flatMap(({ trace }) => trace.map(({ reason }) => reason))
    expect(reasons.filter((reason) => reason === 'wrong-answer')).toHaveLength(5)
    expect(reasons.filter((reason) => reason === 'too-many-answers')).toHaveLength(count - 5)

    // The right code is not accepted any more.
    const rights = await inParallel(count, async (number) => {
      const secret = created[number]?.privateChallengeParameters ?? {}
      const { response } = await run(verify, verifyChallenge({ userName, privateChallengeParameters: secret, challengeAnswer: lastCode() }))
      return response?.answerCorrect
    })
    expect(rights.filter((right) => right !== false)).toEqual([])
  })
})
