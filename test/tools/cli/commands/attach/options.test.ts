import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../../../../src/shared/cognito/triggers.ts'
import { parseArguments, parseFunctionOption } from '../../../../../src/tools/cli/commands/attach/options.ts'
import { UsageError } from '../../../../../src/tools/lib/errors.ts'
import { arn, key } from '../../../../support/cli/user-pool.ts'

const REGION = 'eu-west-1'
const readVersions = (trigger: TriggerName): readonly string[] | undefined => triggerFacts(trigger).lambdaVersions

/** Generates the spellings of a trigger: PreSignUp, preSignUp, pre-sign-up, pre_sign_up. */
const spelt = (trigger: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    trigger,
    trigger.charAt(0).toLowerCase() + trigger.slice(1),
    ...['-', '_'].map((mark) => trigger.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => mark + letter).toLowerCase()),
  )

const wanted = fc.constantFrom(...TRIGGER_NAMES).chain((trigger) =>
  fc.record({
    trigger: fc.constant(trigger),
    word: spelt(trigger),
    version: fc.constantFrom(undefined, ...(readVersions(trigger) ?? [])),
    name: fc.stringMatching(/^[\w-]{1,64}$/),
    lower: fc.boolean(),
  }),
)

const parsed = (option: string): unknown => {
  try {
    return parseFunctionOption(option, REGION)
  } catch (error) {
    return error
  }
}

describe('parseFunctionOption', () => {
  it('accepts every spelling of a trigger and its version', () => {
    fc.assert(
      fc.property(wanted, ({ trigger, word, version, name, lower }) => {
        const at = version === undefined ? '' : `@${lower ? version.toLowerCase() : version}`
        const expected = { trigger, arn: arn(name), ...(readVersions(trigger) && { version }) }
        expect(parseFunctionOption(`${word}${at}=${arn(name)}`, REGION)).toEqual(expected)
      }),
    )
  })

  it('rejects an empty version, and a version that the trigger does not have', () => {
    const version = fc.oneof(fc.string(), fc.stringMatching(/^[Vv][0-9](_[0-9])?$/))
    fc.assert(
      fc.property(fc.constantFrom(...TRIGGER_NAMES), version, (trigger, version) => {
        fc.pre(!version.includes('=') && !readVersions(trigger)?.includes(version.toUpperCase()))
        const error = parsed(`${trigger}@${version}=${arn('a')}`)
        expect(error).toBeInstanceOf(UsageError)
        expect(String(error)).toContain(readVersions(trigger)?.join(', ') ?? `${trigger} has no versions`)
      }),
    )
  })

  it('returns a function or throws a UsageError for any input', () => {
    const piece = fc.constantFrom(...TRIGGER_NAMES, '@', '=', 'V1_0', 'V4_0', arn('a'), 'arn:aws:lambda:', ':', '\n', 'é')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (option) => {
          const result = parsed(option)
          expect(result instanceof UsageError || TRIGGER_NAMES.includes(Object(result).trigger)).toBe(true)
        },
      ),
    )
  })
})

describe('parseArguments', () => {
  const of = (...args: readonly string[]): unknown => parseArguments(['--pool', 'eu-west-1_Example', ...args])
  const sender = ['--function', `CustomSMSSender=${arn('sms')}`]

  it('accepts one --kms-key for several custom senders', () => {
    const email = ['--function', `CustomEmailSender@V1_0=${arn('mail')}`]
    expect(of('--kms-key', key('1'), ...email, ...sender)).toMatchObject({ kmsKey: key('1'), functions: { length: 2 } })
    expect(of('--kms-key', key('mrk-1'), ...sender)).toMatchObject({ kmsKey: key('mrk-1') })
  })

  it.each(['eu-west-1', 'ap-southeast-2', 'mx-central-1', 'us-gov-west-1', 'us-isob-east-1', 'cn-north-1', 'eusc-de-east-1'])(
    'parses the region of a pool in %s from its id',
    (region) => {
      const pool = ['--pool', `${region}_Example`]
      expect(parseArguments(pool)).toMatchObject({ userPoolId: `${region}_Example`, region, home: region })
      expect(parseArguments([...pool, '--region', 'eusc-de-east-1'])).toMatchObject({ region: 'eusc-de-east-1', home: region })
    },
  )

  it.each([
    [['--kms-key', key('1')], 'only custom senders use a key. Pass CustomEmailSender or CustomSMSSender with --function'],
    [['--kms-key', key('1'), '--function', `InboundFederation=${arn('a')}`], 'only custom senders use a key'],
    [['--kms-key', key('1'), '--kms-key', key('2'), ...sender], `--kms-key ${key('2')}: expected --kms-key once`],
    [['--kms-key', '1234-abcd', ...sender], '--kms-key 1234-abcd: expected the ARN of a key, such as arn:aws:kms:'],
    [['--kms-key', 'arn:aws:kms:eu-west-1:111122223333:alias/codes', ...sender], 'expected the ARN of a key'],
    [
      ['--kms-key', key('mrk-1').replace('eu-west-1', 'us-east-1'), ...sender],
      'the key is in us-east-1, but the pool is in eu-west-1. Expected a key in eu-west-1',
    ],
    [
      ['--function', `PreTokenGenerationConfig=${arn('a')}`],
      'expected PreTokenGeneration@VERSION=ARN, which sets PreTokenGenerationConfig',
    ],
    [['--function', `PreTokenGeneration@V4_0=${arn('a')}`], 'expected a version of PreTokenGeneration: V1_0, V2_0, V3_0'],
    [['--function', `InboundFederation@V2_0=${arn('a')}`], 'expected a version of InboundFederation: V1_0'],
    [['--function', `PreSignUp@V1_0=${arn('a')}`], 'PreSignUp has no versions'],
    [
      ['--function', `PreTokenGeneration@V2_0=${arn('a')}`, '--function', `PreTokenGeneration=${arn('b')}`],
      'PreTokenGeneration already has a function',
    ],
  ])('rejects the arguments %j', (args, text) => {
    expect(() => of(...args)).toThrow(UsageError)
    expect(() => of(...args)).toThrow(text)
  })
})
