import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES, TRIGGERS, triggerFacts } from '../../../../../src/shared/cognito/triggers.ts'
import { createAttachPlan, describeConflicts, explainTierLimit, type Wish } from '../../../../../src/tools/cli/commands/attach/plan.ts'
import { findAttached, type WantedFunction } from '../../../../../src/tools/cli/commands/attach/triggers.ts'
import { arn, key } from '../../../../support/cli/user-pool.ts'

const lambda = fc.constantFrom('a', 'b', 'c').map(arn)
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const wanted: fc.Arbitrary<WantedFunction> = fc.constantFrom(...TRIGGER_NAMES).chain((trigger) => {
  const versions = triggerFacts(trigger).lambdaVersions
  const named = { trigger: fc.constant(trigger), arn: lambda }
  return versions === undefined ? fc.record(named) : fc.record({ ...named, version: optional(fc.constantFrom(...versions)) })
})
const wish: fc.Arbitrary<Wish> = fc.record({
  functions: fc.uniqueArray(wanted, { selector: ({ trigger }) => trigger }),
  kmsKey: optional(fc.constantFrom('1', '2').map(key)),
})

/** Generates the triggers of a pool. Attaches up to three random sets of functions one after the other. */
const config: fc.Arbitrary<LambdaConfigType> = fc
  .tuple(fc.array(wish, { maxLength: 3 }), optional(lambda), fc.boolean())
  .map(([wishes, legacy, hasLegacy]) =>
    wishes.reduce((current, each) => createAttachPlan(current, each).lambdaConfig, hasLegacy ? { PreTokenGeneration: legacy } : {}),
  )

describe('createAttachPlan', () => {
  it('attaches the requested functions, and keeps all other settings unchanged', () => {
    fc.assert(
      fc.property(config, wish, (current, asked) => {
        const { lambdaConfig } = createAttachPlan(current, asked)
        const names = new Set<string>(asked.functions.map(({ trigger }) => trigger))
        if (names.has('PreTokenGeneration')) names.add('PreTokenGenerationConfig')
        if (asked.kmsKey !== undefined) names.add('KMSKeyID')
        const rest = (of: LambdaConfigType): object => Object.fromEntries(Object.entries(of).filter(([name]) => !names.has(name)))
        expect(rest(lambdaConfig)).toEqual(rest(current))
        expect(lambdaConfig.KMSKeyID).toBe(asked.kmsKey ?? current.KMSKeyID)
        for (const each of asked.functions) {
          const version = 'version' in each ? (each.version ?? findAttached(current, each.trigger)?.version ?? 'V1_0') : undefined
          expect(findAttached(lambdaConfig, each.trigger)).toEqual({ arn: each.arn, ...(version !== undefined && { version }) })
        }
      }),
    )
  })

  it('sets the same function in PreTokenGeneration and PreTokenGenerationConfig', () => {
    fc.assert(
      fc.property(config, wish, (current, asked) => {
        const { PreTokenGeneration, PreTokenGenerationConfig } = createAttachPlan(current, asked).lambdaConfig
        if (PreTokenGeneration === undefined || PreTokenGenerationConfig === undefined) return
        expect(PreTokenGenerationConfig.LambdaArn).toBe(PreTokenGeneration)
      }),
    )
  })

  it('returns no changes for functions that are already attached', () => {
    fc.assert(
      fc.property(config, wish, (current, asked) => {
        const once = createAttachPlan(current, asked)
        expect(createAttachPlan(once.lambdaConfig, asked)).toEqual({ changes: [], lambdaConfig: once.lambdaConfig })
        if (once.changes.length === 0) expect(once.lambdaConfig).toEqual(current)
      }),
    )
  })

  it('keeps an unknown version and unknown fields of a trigger', () => {
    const odd = { LambdaArn: arn('theirs'), LambdaVersion: 'V9_0', Later: true }
    const current = { CustomSMSSender: odd, KMSKeyID: key('1') } as object
    const functions: readonly WantedFunction[] = [{ trigger: 'CustomSMSSender', arn: arn('mine'), version: undefined }]
    const { lambdaConfig } = createAttachPlan(current, { functions, kmsKey: key('1') })
    expect(lambdaConfig).toEqual({ CustomSMSSender: { ...odd, LambdaArn: arn('mine') }, KMSKeyID: key('1') })
  })

  it('describes the attached functions, versions and keys that the plan would replace', () => {
    const current: LambdaConfigType = {
      PreSignUp: arn('theirs'),
      PreTokenGeneration: arn('mine'),
      CustomEmailSender: { LambdaArn: arn('mine'), LambdaVersion: 'V1_0' },
      KMSKeyID: key('1'),
    }
    const functions: readonly WantedFunction[] = [
      { trigger: 'PreSignUp', arn: arn('mine') },
      { trigger: 'PostConfirmation', arn: arn('mine') },
      { trigger: 'PreTokenGeneration', arn: arn('mine'), version: 'V2_0' },
      { trigger: 'CustomEmailSender', arn: arn('mine'), version: 'V1_0' },
    ]
    expect(describeConflicts(createAttachPlan(current, { functions, kmsKey: key('2') }))).toEqual([
      'PreSignUp already has another function',
      'PreTokenGeneration already has another version, V1_0',
      'the pool already has another KMSKeyID',
    ])
  })
})

describe('explainTierLimit', () => {
  const reason = (version: 'V1_0' | 'V2_0' | 'V3_0' | undefined, pool: object, current: LambdaConfigType = {}): string | undefined =>
    explainTierLimit(
      pool,
      createAttachPlan(current, { functions: [{ trigger: 'PreTokenGeneration', arn: arn('mine'), version }], kmsKey: undefined }),
    )
  const lite = { UserPoolTier: 'LITE' }
  const secured = (mode: string): object => ({ ...lite, UserPoolAddOns: { AdvancedSecurityMode: mode } })

  it('allows every version of pre token generation, but only V1_0 in a Lite pool', () => {
    for (const pool of [{}, { UserPoolTier: 'ESSENTIALS' }, { UserPoolTier: 'PLUS' }])
      for (const version of TRIGGERS.PreTokenGeneration.lambdaVersions) expect(reason(version, pool)).toBeUndefined()
    expect(reason('V1_0', lite)).toBeUndefined()
    expect(reason('V2_0', lite)).toContain('PreTokenGeneration@V2_0 needs the plan ESSENTIALS or PLUS')
    expect(reason('V3_0', lite)).toContain('PreTokenGeneration@V3_0 needs the plan ESSENTIALS or PLUS')
  })

  it('allows V2_0 in a Lite pool with advanced security', () => {
    expect(reason('V2_0', secured('AUDIT'))).toBeUndefined()
    expect(reason('V2_0', secured('ENFORCED'))).toBeUndefined()
    expect(reason('V2_0', secured('OFF'))).toContain('LITE without advanced security')
    expect(reason('V3_0', secured('ENFORCED'))).toContain('needs the plan')
  })

  it('allows V2_0 in a Lite pool if the pool already has this version', () => {
    const current: LambdaConfigType = { PreTokenGenerationConfig: { LambdaArn: arn('theirs'), LambdaVersion: 'V2_0' } }
    expect(reason(undefined, lite, current)).toBeUndefined()
    expect(reason('V2_0', lite, current)).toBeUndefined()
  })
})
