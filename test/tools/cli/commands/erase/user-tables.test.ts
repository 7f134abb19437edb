import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseEmailAddress } from '../../../../../src/shared/email/address.ts'
import { type ErasedUser, USER_TABLES } from '../../../../../src/tools/cli/commands/erase/user-tables.ts'

const page = readFileSync('docs/reference/tables.md', 'utf8')
const user = { userPoolId: 'eu-west-1_Example', sub: 'sub-1', userName: 'ann', email: parseEmailAddress('ann@example.com') }

/** Returns the settings of all tables that rules and adapters of src declare as resources of DynamoDB permissions. */
async function findSettings(): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const file of glob('src/**/*.ts')) {
    for (const [, setting = ''] of readFileSync(file, 'utf8').matchAll(/actions: \['dynamodb:[^\]]*\], resource: '(\w+)'/g))
      if (setting !== 'TABLE') found.add(setting)
  }
  return found
}

describe('USER_TABLES', () => {
  it('has every table that a rule of src declares, and no other', async () => {
    const settings = USER_TABLES.map(({ setting }) => setting)
    expect(new Set(settings)).toEqual(await findSettings())
    expect(settings).toHaveLength(new Set(settings).size)
  })

  it.each(USER_TABLES)('says for $setting how a user is found, or why the rows stay', ({ keys, prefix, kept }) => {
    expect([keys, prefix, kept].filter((each) => each !== undefined).length).toBeGreaterThan(0)
    expect(keys === undefined || prefix === undefined).toBe(true)
  })

  it('finds no row of another user, or of another pool', () => {
    const list = (each: ErasedUser): readonly string[] =>
      USER_TABLES.flatMap((table) => [...(table.keys?.(each) ?? []), ...(table.prefix ? [table.prefix(each)] : [])])
    const other = { ...user, sub: 'sub-2', userName: 'bob', email: parseEmailAddress('bob@example.com') }

    const keys = list(user)

    expect(keys).toHaveLength(10)
    expect(keys.filter((key) => list(other).includes(key))).toEqual([])
    // An invitation belongs to an address, and to no pool.
    expect(keys.filter((key) => list({ ...user, userPoolId: 'eu-west-1_Other' }).includes(key))).toHaveLength(1)
  })

  it('finds the rows of an address and of a name only if these are known', () => {
    const unknown = { ...user, userName: undefined, email: undefined }

    expect(USER_TABLES.flatMap(({ keys }) => keys?.(unknown) ?? [])).toHaveLength(3)
  })

  it.each(USER_TABLES)(
    'lists for $setting the rows that the command finds only by the user name or the address',
    ({ keys, foundOnlyBy }) => {
      const count = (known: Partial<ErasedUser>): number => keys?.({ ...user, ...known }).length ?? 0

      expect(count({ userName: undefined }) < count({})).toBe(foundOnlyBy?.userName !== undefined)
      expect(count({ email: undefined }) < count({})).toBe(foundOnlyBy?.email !== undefined)
    },
  )

  it.each(USER_TABLES)('docs/reference/tables.md has a section on $setting', ({ setting }) => {
    expect(page).toMatch(new RegExp(`^## .*\`${setting}\``, 'm'))
  })
})
