import { describe, expect, it } from 'vitest'
import type { Code } from '../../../src/tools/doctor/loaded.ts'
import { judgeTemplate, UNREAD_CODE } from '../../support/doctor-template.ts'

const FLOWS = 'Web.Properties.ExplicitAuthFlows'
const OAUTH = 'Web.Properties.AllowedOAuthFlows'

/** Returns the findings and the unchecked values about user migration. */
function judge(changes: Readonly<Record<string, unknown>>, code?: Partial<Code>) {
  const codes = code === undefined ? {} : { Migration: { ...UNREAD_CODE, trigger: 'UserMigration', ...code } }
  const { findings, unknown } = judgeTemplate(changes, codes)
  return {
    found: findings.filter((each) => each.code === 'LG410' || each.code === 'LG411').map(({ code, message }) => [code, message]),
    unknown: unknown.filter((each) => /user migration|password hash/.test(each)),
  }
}

describe('LG410', () => {
  const never = ['LG410', 'The user pool Pool has user migration, but no app client of the template sends a password to Cognito']

  it.each([
    [{ [FLOWS]: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] }],
    [{ [FLOWS]: undefined }],
    [{ [FLOWS]: ['ALLOW_USER_AUTH'], [OAUTH]: ['client_credentials'] }],
  ])('finds a pool whose app clients send no password: %o', (changes) => {
    expect(judge(changes)).toEqual({ found: [never], unknown: [] })
  })

  it.each([
    [{ [FLOWS]: ['ALLOW_USER_SRP_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH'] }],
    [{ [FLOWS]: ['ADMIN_NO_SRP_AUTH'] }],
    [{ [FLOWS]: ['ALLOW_USER_SRP_AUTH'], [OAUTH]: ['code'] }],
    [{ [FLOWS]: [{ Ref: 'Flow' }, 'ALLOW_USER_PASSWORD_AUTH'] }],
  ])('accepts an app client that sends the password: %o', (changes) => {
    expect(judge(changes)).toEqual({ found: [], unknown: [] })
  })

  it('reports a pool without app clients in the template as not checked', () => {
    expect(judge({ Web: undefined, Machine: undefined })).toEqual({
      found: [],
      unknown: ['the app clients of Pool for user migration: this template contains none'],
    })
  })

  it('reports a client of a pool that is known only at deployment as not checked', () => {
    expect(judge({ [FLOWS]: [], 'Client.Properties.UserPoolId': { Ref: 'SomePool' } }).found).toEqual([])
    expect(judge({ [FLOWS]: { Ref: 'Flows' } }).unknown).toEqual([expect.stringContaining('the app clients of Pool for user migration')])
  })
})

describe('LG411', () => {
  const rule = (hash?: string): Partial<Code> => ({
    rule: { name: 'migrate-users', kind: 'rule', children: [], permissions: [], ...(hash !== undefined && { hash }) },
  })

  it.each([
    ['bcrypt:cost=11', 512, []],
    ['bcrypt:cost=12', 512, ['takes about 2.6 seconds with 512 MB; expected at most 2']],
    ['bcrypt:cost=13', 1769, []],
    ['bcrypt:cost=14', 10_240, ['takes about 3.0 seconds with 10240 MB; expected at most 2']],
    ['argon2id:m=19456,t=2,p=1', 256, []],
    ['argon2id:m=1048576,t=1,p=1', 1024, ['needs 1024 MB, more than half of its MemorySize of 1024 MB']],
    ['scrypt:ln=16,r=8,p=1', 128, ['takes about 5.8 seconds with 128 MB; expected at most 2']],
    ['scrypt:ln=17,r=8,p=1', 128, ['needs 128 MB, more than half of its MemorySize of 128 MB']],
    ['pbkdf2-sha256:i=600000', 512, []],
    ['pbkdf2-sha512:i=10000000', 512, ['takes about 20.7 seconds with 512 MB; expected at most 2']],
    ['unknown', 128, []],
    [undefined, 128, []],
  ])('compares %s with %i MB', (hash, memory, problems) => {
    const found = judge({ 'Migration.Properties.MemorySize': memory }, rule(hash)).found
    expect(found).toEqual(problems.map((problem) => ['LG411', `A hash of ${hash} in Migration ${problem}`]))
  })

  it('reports the time as not checked if the memory is known only at deployment', () => {
    expect(judge({ 'Migration.Properties.MemorySize': { Ref: 'Memory' } })).toEqual({
      found: [],
      unknown: ['the time of a password hash in Migration: MemorySize is known only at deployment'],
    })
  })
})
