import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalPools } from '../../../src/tools/pool/start-pool.ts'
import { seededRandom } from '../../support/fuzz/fuzz-random.ts'
import { createBadRequest, type RawRequest } from '../../support/pool-fuzz/bad-request.ts'
import { type RawAnswer, sendRaw } from '../../support/pool-fuzz/send-raw.ts'
import { createValidFields, openChallenges, resetPool, startFuzzedPools } from '../../support/pool-fuzz/target.ts'
import { runs } from '../../support/runs.ts'

const REQUESTS = runs(1500)
const SEED = 20_261_127
const BATCH = 50
const AT_ONCE = 4

let pools: LocalPools
beforeAll(async () => {
  pools = await startFuzzedPools()
})
afterAll(() => pools.stop())

const headers = { 'content-type': 'application/x-amz-json-1.1', authorization: 'AWS4-HMAC-SHA256 x' }

async function call(operation: string, input: object): Promise<unknown> {
  const answer = await fetch(pools.endpoint, {
    method: 'POST',
    headers: { ...headers, 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify(input),
  })
  return answer.json()
}

/** Returns what is wrong with an answer. */
function findFault({ isRefused, isCut }: RawRequest, { status, errorHeader, body }: RawAnswer): string | undefined {
  if (isCut && status === 0) return undefined
  if (status === 200) return isRefused ? 'a success' : undefined
  if (status < 400 || status > 499) return `the status ${status}`
  const { __type: type, message } = Object(body)
  if (typeof type !== 'string' || typeof message !== 'string') return `no error of Cognito: ${JSON.stringify(body)}`
  if (type === 'InternalErrorException') return 'an internal error'
  return errorHeader === `${type}:` ? undefined : `the header ${errorHeader} for ${type}`
}

describe('a pool that gets malformed requests', () => {
  it('answers each with an error of Cognito, and goes on', { timeout: 120_000 + REQUESTS * 20 }, async () => {
    const faults: string[] = []
    const counts = new Map<string, number>()
    for (let batch = 0; batch * BATCH < REQUESTS; batch++) {
      resetPool(pools)
      const fields = await createValidFields(call)
      const challenges = await openChallenges(call)
      let next = batch * BATCH
      const work = async (): Promise<void> => {
        while (next < Math.min((batch + 1) * BATCH, REQUESTS)) {
          const stream = next++
          const request = createBadRequest(seededRandom(SEED, stream), fields, challenges)
          const answer = await sendRaw(pools.port, request)
          const key = answer.status === 200 ? 'success' : String(Object(answer.body).__type)
          counts.set(key, (counts.get(key) ?? 0) + 1)
          const fault = findFault(request, answer)
          if (fault !== undefined)
            faults.push(`stream ${stream}, ${request.kind}: ${fault}: ${request.path} ${request.body.toString().slice(0, 300)}`)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      if (faults.length > 20) break
    }

    const bugs = pools.world.journal.entries().filter(({ error }) => error?.type === 'InternalErrorException')
    faults.push(...bugs.map(({ operation, error }) => `${operation}: ${error?.message}`))
    process.stdout.write(`malformed requests: ${JSON.stringify(Object.fromEntries(counts))}\n`)
    expect(faults).toEqual([])
    expect(counts.size).toBeGreaterThan(8)
    resetPool(pools)
    expect(await createValidFields(call)).toHaveProperty('AccessToken', expect.stringMatching(/^ey/))
  })
})
