import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ID, withPool } from '../../../../support/cli/attached-pool.ts'
import { type Finished, lifeguard } from '../../../../support/cli/lifeguard.ts'
import { arn, pool } from '../../../../support/cli/user-pool.ts'
import type { Pool } from '../../../../support/cognito-pools-endpoint.ts'

const { cognito, env } = withPool()

const attach = (...args: readonly string[]): Promise<Finished> => lifeguard(['attach', '--pool', ID, ...args], { env: env() })
const ours = ['--function', `preSignUp=${arn('sign-up')}`, '--function', `PostConfirmation=${arn('confirmed')}`]
const lambdaConfig = (): Pool => Object(cognito().pool(ID)?.LambdaConfig)

describe('lifeguard attach', () => {
  it('attaches functions, and keeps all other settings and triggers', async () => {
    const { code, stdout, stderr } = await attach(...ours)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const LambdaConfig = { ...Object(pool.LambdaConfig), PreSignUp: arn('sign-up'), PostConfirmation: arn('confirmed') }
    expect(cognito().pool(ID)).toEqual({ ...pool, LambdaConfig, LastModifiedDate: expect.any(Number) })
    expect(stdout).toContain(`${ID} (people's)\n  + PreSignUp                    ${arn('sign-up')}\n`)
    expect(stdout).toContain(`    CustomMessage                ${arn('message')}\n`)
    expect(stdout).toContain('Attached. All other settings are unchanged\n')
    expect(stdout).toContain('--principal cognito-idp.amazonaws.com')
    expect(stdout).toContain(`--source-arn ${pool.Arn}\n`)
  })

  it('shows the attached functions without --function, and changes nothing', async () => {
    const before = cognito().updates()
    expect(await attach()).toEqual({
      code: 0,
      stdout: [
        `${ID} (people's)`,
        `    CustomMessage                ${arn('message')}`,
        `    CustomEmailSender            ${arn('sender')} V1_0`,
        '    KMSKeyID                     arn:aws:kms:eu-west-1:111122223333:key/1',
        '',
      ].join('\n'),
      stderr: '',
    })
    cognito().put({ ...pool, LambdaConfig: {} })
    expect((await attach()).stdout).toBe(`${ID} (people's)\n  no triggers\n`)
    expect(cognito().updates()).toBe(before)
  })

  it('changes nothing if the functions are already attached', async () => {
    await attach(...ours)
    const before = cognito().updates()
    const { code, stdout } = await attach(...ours)
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing to do: these functions are already attached')
    expect(cognito().updates()).toBe(before)
  })

  it('replaces an attached function with --replace, and attaches nothing without that option', async () => {
    cognito().put({ ...pool, LambdaConfig: { PreSignUp: arn('theirs') } })
    const before = cognito().updates()
    for (const more of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await attach(...ours, ...more)
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'lifeguard: Nothing was changed: PreSignUp already has another function. To replace, add --replace\n',
      })
      expect(stdout).toContain(`  - PreSignUp                    ${arn('theirs')}\n  + PreSignUp                    ${arn('sign-up')}\n`)
    }
    expect(cognito().updates()).toBe(before)
    expect((await attach(...ours, '--replace')).code).toBe(0)
    expect(lambdaConfig()).toEqual({ PreSignUp: arn('sign-up'), PostConfirmation: arn('confirmed') })
  })

  it('keeps the version of pre token generation when it replaces the function', async () => {
    const token = (name: string): Pool => ({
      PreTokenGeneration: arn(name),
      PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn(name) },
    })
    cognito().put({ ...pool, LambdaConfig: token('theirs') })
    expect((await attach('--function', `pre-token-generation=${arn('mine')}`, '--replace')).code).toBe(0)
    expect(lambdaConfig()).toEqual(token('mine'))
    cognito().put({ ...pool, LambdaConfig: {} })
    expect((await attach('--function', `PreTokenGeneration=${arn('mine')}`)).code).toBe(0)
    expect(lambdaConfig()).toEqual({ PreTokenGeneration: arn('mine') })
  })

  it('keeps the lifetime of temporary passwords if the pool has only UnusedAccountValidityDays', async () => {
    cognito().put({ ...pool, Policies: undefined, AdminCreateUserConfig: { UnusedAccountValidityDays: 30 } })
    const { code, stderr } = await attach(...ours)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(cognito().pool(ID)).toMatchObject({ Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 30 } } })
  })

  it('omits the settings that Cognito rejects for a Lite pool', async () => {
    cognito().put({ ...pool, UserPoolTier: 'LITE', UserPoolAddOns: undefined, AcrConfiguration: { AAL1: { AcrValue: 'urn:a' } } })
    cognito().meddle({ AcrConfiguration: { AAL1: { AcrValue: 'urn:a' } } })
    const { code, stderr } = await attach(...ours)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(cognito().pool(ID)?.UserPoolTier).toBe('LITE')
  })

  it('prints the equivalent AWS CLI command with --dry-run, and changes nothing', async () => {
    const before = cognito().updates()
    const { code, stdout } = await attach(...ours, '--dry-run')
    expect({ code, updates: cognito().updates() }).toEqual({ code: 0, updates: before })
    const command = /^aws cognito-idp update-user-pool[\s\S]*?\n\}'$/m.exec(stdout)?.[0] ?? ''
    expect(command).not.toMatch(/[^\n\x20-\x7e]/)
    // Runs the printed command in a shell whose `aws` function prints its arguments.
    const shell = await promisify(execFile)('sh', ['-c', `aws() { printf '%s\\n' "$1" "$2" "$4"; printf '%s' "$6"; }\n${command}`])
    const [service, operation, region, ...input] = shell.stdout.split('\n')
    expect([service, operation, region]).toEqual(['cognito-idp', 'update-user-pool', 'eu-west-1'])
    const { UserPoolId, PoolName, ...settings } = JSON.parse(input.join('\n'))
    expect({ UserPoolId, PoolName }).toEqual({ UserPoolId: ID, PoolName: "people's" })
    expect({ ...pool, ...settings }).toEqual({
      ...pool,
      UserPoolTags: { team: 'people' },
      LambdaConfig: { ...Object(pool.LambdaConfig), PreSignUp: arn('sign-up'), PostConfirmation: arn('confirmed') },
    })
  })

  it('does not change a pool with a setting that the AWS SDK does not support', async () => {
    cognito().put({ ...pool, NewSetting: { On: true }, UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED', Newer: 1 } })
    const before = cognito().updates()
    const { code, stderr } = await attach(...ours)
    expect({ code, updates: cognito().updates() }).toEqual({ code: 1, updates: before })
    expect(stderr).toContain(
      'settings that this version of Lifeguard does not support, and an update would reset them: UserPoolAddOns.Newer, NewSetting',
    )
    const dry = await attach(...ours, '--dry-run')
    expect(dry.code).toBe(0)
    expect(dry.stderr).toContain('NewSetting. Add them to the printed update')
  })

  it('reports a setting that changed although the update repeated it', async () => {
    cognito().meddle({ MfaConfiguration: 'OFF', UserPoolTier: 'ESSENTIALS' })
    const { code, stderr } = await attach(...ours)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'lifeguard: Attached, but these settings of the pool are not as expected: MfaConfiguration, UserPoolTier. Check them\n',
    })
  })

  it('reports an error of Cognito', async () => {
    cognito().fault('UpdateUserPool', 'ConcurrentModificationException')
    expect(await attach(...ours)).toMatchObject({
      code: 1,
      stderr: `lifeguard: The pool '${ID}' was not changed: ConcurrentModificationException: Injected fault\n`,
    })
    expect(await lifeguard(['attach', '--pool', 'eu-west-1_None'], { env: env() })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "lifeguard: Cannot read the pool 'eu-west-1_None' in eu-west-1: ResourceNotFoundException: User pool eu-west-1_None does not exist.\n",
    })
  })

  it('escapes control characters in the name of a pool', async () => {
    cognito().put({ ...pool, Name: 'a\u001b[2Jb' })
    const { stdout } = await attach('--dry-run', ...ours)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toContain('(a\\u001b[2Jb)')
  })

  it('prints help with at most 100 columns', async () => {
    const { code, stdout } = await attach('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('--function TRIGGER=ARN')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it.each([
    [[], 'Missing pool. Expected: lifeguard attach --pool ID'],
    [['--pool', 'people'], '--pool people: expected the id of a user pool, such as eu-west-1_Example'],
    [['--pool', ID, 'more'], "Unexpected argument 'more'. Expected: lifeguard attach --pool ID"],
    [['--pool', ID, '--region', 'Ireland'], '--region Ireland: expected a region, such as eu-west-1'],
    [['--pool', ID, '--function', 'signUp=a'], '--function signUp=a: expected TRIGGER=ARN with one of UserMigration, '],
    [['--pool', ID, '--function', 'preSignUp'], '--function preSignUp: expected the ARN of a function'],
    [['--pool', ID, '--function', 'preSignUp=sign-up'], '--function preSignUp=sign-up: expected the ARN of a function'],
    [['--pool', 'us-east-1_Example', ...ours], 'the function is in eu-west-1, but the pool is in us-east-1'],
    [['--pool', ID, ...ours, '--function', `PreSignUp=${arn('b')}`], 'PreSignUp already has a function. Pass one function per trigger'],
    [['--pool', ID, '--dryrun'], "Unknown option '--dryrun'. Did you mean '--dry-run'?"],
  ])('rejects the arguments %j with a message and without a stack trace', async (args, text) => {
    const { code, stdout, stderr } = await lifeguard(['attach', ...args], { env: env() })
    expect(stderr).toMatch(/^lifeguard: /)
    expect(stderr).toContain(text)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
