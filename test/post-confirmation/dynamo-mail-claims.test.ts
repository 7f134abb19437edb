import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'
import { dynamoMailClaims } from '../../src/post-confirmation/dynamo-mail-claims.ts'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoProfiles, profileKey } from '../../src/shared/profiles/dynamo-profiles.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { startLossyProxy } from '../support/lossy-proxy.ts'

const { signal } = new AbortController()
const at = new Date('2026-05-01T12:00:00.000Z')
let users = 0
const newKey = (occasion = 'welcome') => ({ userPoolId: 'eu-west-1_Example', sub: `sub-${++users}`, occasion })

afterEach(() => {
  vi.unstubAllEnvs()
})

onEveryDynamoDb((engine) => {
  const options = {
    documents: (): DynamoDBDocumentClient => engine.documents(),
    get table() {
      return engine.tables.profiles
    },
  }
  const claims = dynamoMailClaims(options)

  it('gives a claim to the first who asks', async () => {
    const key = newKey()
    expect(await claims.claim(key, at, signal)).toBe(true)
    expect(await claims.claim(key, at, signal)).toBe(false)
    expect(await claims.claim(newKey(), at, signal)).toBe(true)
  })

  it('gives it to one of many who ask at once, at the same moment', async () => {
    const key = newKey()
    const won = await Promise.all(Array.from({ length: 8 }, () => claims.claim(key, at, signal)))
    expect(won.filter(Boolean)).toHaveLength(1)
  })

  it('takes it back, and gives it again', async () => {
    const key = newKey()
    await claims.claim(key, at, signal)
    await claims.release(key, signal)
    expect(await claims.claim(key, at, signal)).toBe(true)
  })

  it('keeps occasions, users and pools apart', async () => {
    const key = newKey()
    expect(await claims.claim(key, at, signal)).toBe(true)
    expect(await claims.claim({ ...key, occasion: 'farewell' }, at, signal)).toBe(true)
    expect(await claims.claim({ ...key, userPoolId: 'eu-west-1_Another' }, at, signal)).toBe(true)
    await claims.release({ ...key, occasion: 'farewell' }, signal)
    expect(await claims.claim(key, at, signal)).toBe(false)
  })

  it('keeps the claim on the profile, which says when it was made and loses nothing by it', async () => {
    const key = newKey()
    const profiles = dynamoProfiles(options)
    await claims.claim(key, at, signal)
    await profiles.confirmed({ ...key, userName: 'ann', attributes: {} }, at, signal)
    const stored = async () => {
      const read = new GetCommand({ TableName: engine.tables.profiles, Key: { pk: profileKey(key) }, ConsistentRead: true })
      return (await engine.documents().send(read)).Item
    }
    expect(await stored()).toMatchObject({ userName: 'ann', 'mail:welcome': expect.stringMatching(/^2026-05-01T12:00:00\.000Z /) })
    await claims.release(key, signal)
    expect(await stored()).toMatchObject({ userName: 'ann', createdAt: at.toISOString() })
    expect(await stored()).not.toHaveProperty(['mail:welcome'])
  })

  it('knows its own claim again where the answer to the first attempt was lost', async () => {
    const proxy = await startLossyProxy(engine.endpoint(), 1)
    stubEnvironment(endpointEnvironment({ dynamodb: proxy.endpoint }))
    const documents = documentClient()
    const key = newKey()
    const lossy = dynamoMailClaims({ documents, table: engine.tables.profiles })
    expect(await lossy.claim(key, at, signal)).toBe(true)
    expect(await lossy.claim(key, at, signal)).toBe(false)
    documents().destroy()
    await proxy.stop()
  })

  it('rejects where it cannot tell', async () => {
    const lost = dynamoMailClaims({ documents: options.documents, table: 'no-such-table' })
    await expect(lost.claim(newKey(), at, signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(lost.release(newKey(), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(claims.claim(newKey(), at, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})
