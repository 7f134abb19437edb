import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findUnknownFields, poolService } from '../../../../../src/tools/cli/commands/attach/pool.ts'
import { createUpdate, findChangedSettings } from '../../../../../src/tools/cli/commands/attach/update.ts'
import { arn, pool } from '../../../../support/cli/user-pool.ts'
import { type CognitoPoolsEndpoint, startCognitoPools } from '../../../../support/cognito-pools-endpoint.ts'

const signal = new AbortController().signal
let cognito: CognitoPoolsEndpoint

beforeAll(async () => {
  cognito = await startCognitoPools()
  vi.stubEnv('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', cognito.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cognito.stop()
})

const { Id, Name, Arn, CreationDate, UsernameConfiguration, SchemaAttributes, ...settings } = pool
const fixed = { Id, Name, Arn, CreationDate, UsernameConfiguration, SchemaAttributes }

describe('an update of the triggers', () => {
  it('changes the triggers of a pool and no other setting', async () => {
    const service = poolService('eu-west-1')
    await fc.assert(
      fc.asyncProperty(fc.subarray(Object.keys(settings)), async (names) => {
        cognito.put({ ...fixed, ...Object.fromEntries(names.map((name) => [name, settings[name]])) })
        const before = cognito.pool(String(Id))
        const described = await service.describe(String(Id), signal)
        expect(described.unknown).toEqual([])
        const LambdaConfig = { ...described.pool.LambdaConfig, PreSignUp: arn('sign-up') }
        await service.update(createUpdate(described.pool, LambdaConfig), signal)
        expect(cognito.pool(String(Id))).toEqual({ ...before, LambdaConfig, LastModifiedDate: expect.any(Number) })
        expect(findChangedSettings(described.pool, (await service.describe(String(Id), signal)).pool, LambdaConfig)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('findChangedSettings reports each setting that an update reset', async () => {
    const { pool: described } = await poolService('eu-west-1').describe(String(Id), signal)
    for (const name of ['Policies', 'DeletionProtection', 'MfaConfiguration', 'UserPoolTags', 'LambdaConfig']) {
      const LambdaConfig = { PreSignUp: arn('sign-up') }
      expect(findChangedSettings(described, { ...described, LambdaConfig, [name]: undefined }, LambdaConfig)).toEqual([name])
    }
  })
})

describe('findUnknownFields', () => {
  it('finds fields that the parsed response lacks, at any depth, and ignores null', () => {
    const raw = { A: 1, B: { C: [{ D: 1, New: 2 }] }, Empty: null, Newer: {} }
    expect(findUnknownFields(raw, { A: 1, B: { C: [{ D: 1 }] } })).toEqual(['B.C.0.New', 'Newer'])
    const inherited = JSON.parse('{"constructor":1,"toString":1,"__proto__":1,"A":{"valueOf":1}}')
    expect(findUnknownFields(inherited, { A: {} })).toEqual(['constructor', 'toString', '__proto__', 'A.valueOf'])
  })
})
