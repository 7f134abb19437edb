import type { Account } from '../../src/pre-signup/link-plan.ts'
import type { LinkableAccounts } from '../../src/pre-signup/link-providers.ts'

/** Accounts in memory, with a record of all changes. */
export interface MemoryAccounts extends LinkableAccounts {
  /** The changes, such as `link ann Google_1`. */
  readonly changes: readonly string[]
  /** Replaces the accounts that `read` returns, as if they had changed after the look-up. */
  readonly change: (...accounts: readonly Account[]) => void
  /** Makes a function fail once, before or after it had its effect. */
  readonly failOnce: (name: 'find' | 'read' | 'link' | 'setRandomPassword' | 'remove', when: 'before' | 'after') => void
}

/** Creates accounts in memory. `find` returns all of them, as a store may that searches too broadly. */
export function memoryAccounts(...accounts: readonly Account[]): MemoryAccounts {
  let now: readonly Account[] = accounts
  let failure: readonly [name: string, when: 'before' | 'after'] | undefined
  const changes: string[] = []
  const update = (userName: string, change: (account: Account) => readonly Account[]): void => {
    now = now.flatMap((each) => (each.userName === userName ? change(each) : [each]))
  }
  const run = async <V>(name: string, work: () => V): Promise<V> => {
    const [failing, when] = failure ?? []
    if (failing !== name) return work()
    failure = undefined
    if (when === 'after') work()
    throw new Error(`${name} failed`)
  }
  return {
    changes,
    change: (...changed) => {
      now = changed
    },
    failOnce: (name, when) => {
      failure = [name, when]
    },
    find: () => run('find', () => accounts),
    read: ({ userName }) => run('read', () => now.find((each) => each.userName === userName)),
    link: ({ userName }, identity) =>
      run('link', () => {
        changes.push(`link ${userName} ${identity.providerName}_${identity.userId}`)
        update(userName, (each) => [{ ...each, identities: [...each.identities, identity] }])
      }),
    setRandomPassword: ({ userName }) =>
      run('setRandomPassword', () => {
        changes.push(`password ${userName}`)
        update(userName, (each) => [{ ...each, status: 'CONFIRMED' }])
      }),
    remove: ({ userName }) =>
      run('remove', () => {
        changes.push(`remove ${userName}`)
        update(userName, () => [])
      }),
    permissions: {
      find: [{ actions: ['x:find'], resource: 'user-pool' }],
      setRandomPassword: [{ actions: ['x:password'], resource: 'user-pool' }],
      remove: [{ actions: ['x:remove'], resource: 'user-pool' }],
    },
  }
}
