import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplacer } from '../../../../../src/tools/cli/commands/record/replace-personal.ts'

const EVENT = {
  userName: 'Google_1095',
  request: {
    userAttributes: {
      sub: '193198b0-de36-4ca3-a316-c50f9d9a5300',
      email: 'mary.private@example.com',
      email_verified: 'true',
      'cognito:user_status': 'EXTERNAL_PROVIDER',
      given_name: 'Marianne',
      phone_number: '+49301234567',
      'custom:staff_number': 'A-4711',
      identities: '[{"userId":"109500001","providerName":"Google"}]',
    },
    clientMetadata: { coupon: 'SPRING-24' },
    password: 'Passw0rd!',
  },
}

describe('createReplacer', () => {
  it('replaces names, addresses, numbers, ids, attributes and metadata, and keeps domains, statuses and flags', () => {
    const replacer = createReplacer()

    replacer.learn(EVENT)

    expect(replacer.replace(EVENT)).toEqual({
      userName: 'user-4',
      request: {
        userAttributes: {
          sub: '00000000-0000-4000-8000-000000000001',
          email: 'user-1@example.com',
          email_verified: 'true',
          'cognito:user_status': 'EXTERNAL_PROVIDER',
          given_name: 'Mary',
          phone_number: '+15550100001',
          'custom:staff_number': 'value-1',
          identities: '[{"userId":"value-3","providerName":"Google"}]',
        },
        clientMetadata: { coupon: 'value-2' },
        password: 'secret',
      },
    })
  })

  it('gives the same value the same replacement in every event', () => {
    const replacer = createReplacer()
    const other = { userName: 'other', request: { userAttributes: { email: 'mary.private@example.com' } } }

    replacer.learn(EVENT)
    replacer.learn(other)

    expect(replacer.replace(other)).toMatchObject({ request: { userAttributes: { email: 'user-1@example.com' } } })
  })

  it('replaces the claims and tokens of an identity provider', () => {
    const replacer = createReplacer()
    const event = {
      userName: '1095',
      request: {
        attributes: { tokenResponse: { access_token: 'raw' }, idToken: { email: 'mary@gmail.com' }, userInfo: { name: 'Marianne M' } },
      },
    }

    replacer.learn(event)

    const replaced = JSON.stringify(replacer.replace(event))
    expect(replaced).not.toMatch(/raw|mary|Marianne/)
    expect(replaced).toContain('user-1@gmail.com')
  })

  it('leaves no learnt local part, whatever the address is', () => {
    const local = fc.stringMatching(/^[a-z][a-z0-9.]{9,20}$/)
    fc.assert(
      fc.property(local, (name) => {
        const replacer = createReplacer()
        const event = { userName: name, request: { userAttributes: { email: `${name}@example.com` } } }
        replacer.learn(event)
        expect(JSON.stringify(replacer.replace(event))).not.toContain(name)
      }),
    )
  })
})
