import { describe, expect, it } from 'vitest'
import { ID, withPool } from '../../../../support/cli/attached-pool.ts'
import { type Finished, lifeguard } from '../../../../support/cli/lifeguard.ts'
import { arn, key, pool } from '../../../../support/cli/user-pool.ts'
import type { Pool } from '../../../../support/cognito-pools-endpoint.ts'

const { cognito, env } = withPool()

const attach = (...args: readonly string[]): Promise<Finished> => lifeguard(['attach', '--pool', ID, ...args], { env: env() })
const having = (LambdaConfig: Pool, more: Pool = {}): void => cognito().put({ ...pool, ...more, LambdaConfig })
const lambdaConfig = (): Pool => Object(cognito().pool(ID)?.LambdaConfig)
const versioned = (name: string, LambdaVersion: string = 'V1_0'): Pool => ({ LambdaArn: arn(name), LambdaVersion })
const token = (name: string, LambdaVersion: string): Pool => ({
  PreTokenGeneration: arn(name),
  PreTokenGenerationConfig: versioned(name, LambdaVersion),
})

describe('lifeguard attach with versions and keys', () => {
  it('attaches both custom senders with --kms-key, and inbound federation', async () => {
    having({ PreSignUp: arn('sign-up') })
    const functions = ['custom-sms-sender', 'CustomEmailSender@V1_0', 'inboundFederation@v1_0'].flatMap((name) => [
      '--function',
      `${name}=${arn(name.slice(0, 10))}`,
    ])
    const { code, stdout, stderr } = await attach(...functions, '--kms-key', key('codes'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lambdaConfig()).toEqual({
      PreSignUp: arn('sign-up'),
      CustomSMSSender: versioned('custom-sms'),
      CustomEmailSender: versioned('CustomEmai'),
      InboundFederation: versioned('inboundFed'),
      KMSKeyID: key('codes'),
    })
    expect(stdout).toContain(`  + CustomSMSSender              ${arn('custom-sms')} V1_0\n`)
    expect(stdout).toContain(`  + InboundFederation            ${arn('inboundFed')} V1_0\n`)
    expect(stdout).toContain(`  + KMSKeyID                     ${key('codes')}\n`)
    expect(stdout).toContain(`add-permission --region eu-west-1 --statement-id cognito-InboundFederation-${ID} `)
    expect(stdout).toContain(`Cognito encrypts the codes for CustomEmailSender and CustomSMSSender with\n  ${key('codes')}\n`)
    expect(stdout).toContain('kms:Decrypt')
  })

  it('keeps the versions of all other triggers, even versions that Lifeguard does not support', async () => {
    const there = {
      ...token('token', 'V3_0'),
      CustomSMSSender: versioned('sms', 'V9_0'),
      CustomEmailSender: versioned('mail'),
      InboundFederation: versioned('inbound'),
      KMSKeyID: key('1'),
    }
    having(there)
    const { code, stdout, stderr } = await attach('--function', `PreSignUp=${arn('sign-up')}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lambdaConfig()).toEqual({ ...there, PreSignUp: arn('sign-up') })
    expect(stdout).toContain(`    CustomSMSSender              ${arn('sms')} V9_0\n`)
    expect(stdout).not.toContain('kms:Decrypt')
  })

  it('prints the version and the key in the command of --dry-run', async () => {
    having({ PreTokenGeneration: arn('token') })
    const before = cognito().updates()
    const functions = ['--function', `PreTokenGeneration@V2_0=${arn('token')}`, '--function', `CustomEmailSender=${arn('mail')}`]
    const { code, stdout } = await attach(...functions, '--kms-key', key('codes'), '--replace', '--dry-run')
    expect({ code, updates: cognito().updates() }).toEqual({ code: 0, updates: before })
    expect(stdout).toContain(`    PreTokenGeneration           ${arn('token')}\n  + PreTokenGenerationConfig     ${arn('token')} V2_0\n`)
    const json = /--cli-input-json '(\{[\s\S]*?\n\})'$/m.exec(stdout.replaceAll("'\\''", ''))?.[1] ?? ''
    expect(JSON.parse(json).LambdaConfig).toEqual({
      ...token('token', 'V2_0'),
      CustomEmailSender: versioned('mail'),
      KMSKeyID: key('codes'),
    })
  })

  it('updates PreTokenGeneration if the pool has this setting, but does not add it to a pool without it', async () => {
    having({})
    expect((await attach('--function', `PreTokenGeneration@V3_0=${arn('token')}`)).code).toBe(0)
    expect(lambdaConfig()).toEqual({ PreTokenGenerationConfig: versioned('token', 'V3_0') })
    having(token('theirs', 'V2_0'))
    expect((await attach('--function', `PreTokenGeneration@V3_0=${arn('token')}`, '--replace')).code).toBe(0)
    expect(lambdaConfig()).toEqual(token('token', 'V3_0'))
  })

  it('reports no change if Cognito returns both PreTokenGeneration and PreTokenGenerationConfig', async () => {
    having({})
    cognito().meddle({ LambdaConfig: token('token', 'V2_0') })
    expect(await attach('--function', `PreTokenGeneration@V2_0=${arn('token')}`)).toMatchObject({ code: 0, stderr: '' })
    having({})
    cognito().meddle({ LambdaConfig: token('token', 'V1_0') })
    expect(await attach('--function', `PreTokenGeneration=${arn('token')}`)).toMatchObject({ code: 0, stderr: '' })
  })

  it('reports that Cognito did not set the requested version, but another one', async () => {
    having({})
    cognito().meddle({ LambdaConfig: token('token', 'V1_0') })
    const { code, stderr } = await attach('--function', `PreTokenGeneration@V2_0=${arn('token')}`)
    expect(code).toBe(1)
    expect(stderr).toContain('Attached, but these settings of the pool are not as expected: LambdaConfig')
  })

  it('prints the needed permissions even if the functions are already attached', async () => {
    having({ PreTokenGeneration: arn('token'), CustomEmailSender: versioned('mail'), KMSKeyID: key('1') })
    const functions = ['--function', `PreTokenGeneration@V1_0=${arn('token')}`, '--function', `CustomEmailSender=${arn('mail')}`]
    const before = cognito().updates()
    const { code, stdout } = await attach(...functions, '--kms-key', key('1'))
    expect({ code, updates: cognito().updates() }).toEqual({ code: 0, updates: before })
    expect(stdout).toContain('Nothing to do')
    expect(stdout).toContain('aws lambda add-permission')
    expect(stdout).toContain('kms:Decrypt')
  })

  it('replaces a version or a key only with --replace', async () => {
    having({ ...token('token', 'V1_0'), CustomSMSSender: versioned('sms'), KMSKeyID: key('1') })
    const options = ['--function', `PreTokenGeneration@V2_0=${arn('token')}`, '--function', `CustomEmailSender=${arn('mail')}`]
    const before = cognito().updates()
    const refused = await attach(...options, '--kms-key', key('2'))
    expect({ code: refused.code, updates: cognito().updates() }).toEqual({ code: 1, updates: before })
    expect(refused.stderr).toBe(
      'lifeguard: Nothing was changed: PreTokenGeneration already has another version, V1_0, the pool already has another KMSKeyID. To replace, add --replace\n',
    )
    expect(refused.stdout).toContain(`  - KMSKeyID                     ${key('1')}\n  + KMSKeyID                     ${key('2')}\n`)
    const replaced = await attach(...options, '--kms-key', key('2'), '--replace')
    expect(replaced.code).toBe(0)
    // The SMS sender is attached already, but the output names it too, because it must decrypt with the new key.
    expect(replaced.stdout).toContain('Cognito encrypts the codes for CustomEmailSender and CustomSMSSender with')
    expect(lambdaConfig()).toEqual({
      ...token('token', 'V2_0'),
      CustomSMSSender: versioned('sms'),
      CustomEmailSender: versioned('mail'),
      KMSKeyID: key('2'),
    })
  })

  it('does not send a version that Cognito rejects for a Lite pool', async () => {
    having({}, { UserPoolTier: 'LITE', UserPoolAddOns: undefined })
    const before = cognito().updates()
    for (const version of ['V2_0', 'V3_0']) {
      const { code, stderr } = await attach('--function', `PreTokenGeneration@${version}=${arn('token')}`, '--dry-run')
      expect({ code, updates: cognito().updates() }).toEqual({ code: 2, updates: before })
      expect(stderr).toContain(`Nothing was changed: PreTokenGeneration@${version} needs the plan ESSENTIALS or PLUS`)
    }
    having({}, { UserPoolTier: 'LITE' })
    expect((await attach('--function', `PreTokenGeneration@V2_0=${arn('token')}`)).code).toBe(0)
    expect(lambdaConfig()).toEqual({ PreTokenGenerationConfig: versioned('token', 'V2_0') })
  })

  it('attaches a custom sender without --kms-key if the pool has a key, and prints the key of the pool', async () => {
    having({ CustomEmailSender: versioned('theirs'), KMSKeyID: key('1') })
    const { code, stdout, stderr } = await attach('--function', `CustomEmailSender=${arn('mail')}`, '--replace')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lambdaConfig()).toEqual({ CustomEmailSender: versioned('mail'), KMSKeyID: key('1') })
    expect(stdout).toContain(`Cognito encrypts the codes for CustomEmailSender with\n  ${key('1')}\n`)
  })

  it('does not attach a custom sender without a key', async () => {
    having({ PreSignUp: arn('sign-up') })
    const before = cognito().updates()
    for (const more of [[], ['--dry-run'], ['--replace']]) {
      const { code, stderr } = await attach('--function', `CustomEmailSender=${arn('mail')}`, ...more)
      expect({ code, updates: cognito().updates() }).toEqual({ code: 2, updates: before })
      expect(stderr).toBe(
        'lifeguard: Nothing was changed: CustomEmailSender needs a key that encrypts its codes, and the pool has none. Pass --kms-key ARN\n',
      )
    }
  })
})
