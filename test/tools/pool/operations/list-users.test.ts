import { afterAll, describe, expect, it } from 'vitest'
import { cutPage, parseFilter } from '../../../../src/tools/pool/operations/list-users.ts'
import { createUser } from '../../../../src/tools/pool/store.ts'
import { type Fields, startTestPool, stopTestPools } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const ada = { ...createUser('ada', { email: 'ada@example.com', name: 'Ada "Countess"' }, 'CONFIRMED', 0), enabled: false }

describe('the filter of ListUsers', () => {
  it.each([
    ['email = "ada@example.com"', true],
    ['email="ada@example.com"', true],
    ['  "email"  =  "ada@example.com"  ', true],
    ['email = "ada"', false],
    ['email ^= "ada"', true],
    ['email ^= "example"', false],
    ['username = "ada"', true],
    ['username = "ADA"', false],
    ['name ^= "Ada \\"Count"', true],
    ['cognito:user_status = "CONFIRMED"', true],
    ['cognito:user_status = "confirmed"', true],
    ['status = "Disabled"', true],
    ['status = "Enabled"', false],
    ['phone_number = "+1"', false],
    [`sub = "${ada.sub}"`, true],
    ['', true],
  ])('%s finds the user: %s', (filter, expected) => {
    expect(parseFilter(filter)(ada)).toBe(expected)
  })

  it.each(['email', 'email = ada', 'email != "ada"', 'email = "ada" and username = "ada"', 'custom:plan = "gold"', 'email = "ada'])(
    'refuses %s',
    (filter) => {
      expect(() => parseFilter(filter)).toThrow('Error while parsing filter')
    },
  )
})

describe('a page', () => {
  it('ends after the limit with a token for the next one, and the last page has none', () => {
    const first = cutPage([1, 2, 3], undefined, 2)
    const second = cutPage([1, 2, 3], first.next, 2)

    expect(first.items).toEqual([1, 2])
    expect(second).toEqual({ items: [3] })
  })

  it.each(['-1', 'x', '1.5'])('refuses the token %s', (token) => {
    expect(() => cutPage([1], token)).toThrow('Invalid pagination token')
  })
})

describe('ListUsers', () => {
  it('returns each user once over all pages, with the attributes that the caller wants', async () => {
    const pool = await startTestPool()
    for (const username of ['ada', 'eve', 'bob']) pool.addUser({ username })
    const users: Fields[] = []
    let token: unknown
    do {
      const { body } = await pool.api('ListUsers', {
        UserPoolId: pool.userPoolId,
        Limit: 2,
        AttributesToGet: ['email'],
        ...(token !== undefined && { PaginationToken: token }),
      })
      users.push(...(Array.isArray(body.Users) ? body.Users : []))
      token = body.PaginationToken
    } while (token !== undefined)

    expect(users.map(({ Username }) => Username)).toEqual(['ada', 'eve', 'bob'])
    expect(users[0]?.Attributes).toEqual([{ Name: 'email', Value: 'ada@example.com' }])
  })
})
