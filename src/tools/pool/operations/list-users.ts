import * as z from 'zod'
import { invalidParameter } from '../errors.ts'
import type { Pool, User } from '../model.ts'
import { check, defineOperation, type Operation } from '../operation.ts'
import { getGroup } from '../store.ts'
import { toUserType } from './admin-users.ts'

const MAX_PAGE = 60
const page = z.object({
  UserPoolId: z.string(),
  Limit: z.number().int().min(0).max(MAX_PAGE).optional(),
  PaginationToken: z.string().optional(),
  NextToken: z.string().optional(),
})

/** Cuts a page from a list. A token is the index of the next page. */
export function cutPage<V>(
  all: readonly V[],
  token: string | undefined,
  limit: number = MAX_PAGE,
): { readonly items: readonly V[]; readonly next?: string } {
  const start = token === undefined ? 0 : Number(token)
  if (!Number.isSafeInteger(start) || start < 0) throw invalidParameter('Invalid pagination token')
  const end = start + (limit || MAX_PAGE)
  return { items: all.slice(start, end), ...(end < all.length && { next: String(end) }) }
}

const FILTER = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/

/**
 * Reads the filter of ListUsers, such as `email ^= "mary"`.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html
 * @throws CognitoError if it is invalid.
 */
export function parseFilter(filter: string | undefined): (user: User) => boolean {
  if (!filter) return () => true
  const [, name = '', operator, quoted = ''] = FILTER.exec(filter) ?? []
  if (operator === undefined || name.startsWith('custom:')) throw invalidParameter('Error while parsing filter')
  // The status is the only field without case.
  const fold = (text: string): string => (name === 'cognito:user_status' ? text.toUpperCase() : text)
  const value = fold(quoted.replaceAll(/\\(.)/g, '$1'))
  return (user) => {
    const actual = fold(readField(user, name) ?? '')
    return operator === '=' ? actual === value : actual.startsWith(value)
  }
}

function readField(user: User, name: string): string | undefined {
  if (name === 'username') return user.username
  if (name === 'sub') return user.sub
  if (name === 'cognito:user_status') return user.status
  if (name === 'status') return user.enabled ? 'Enabled' : 'Disabled'
  return user.attributes[name]
}

const listInput = page.extend({ Filter: z.string().optional(), AttributesToGet: z.array(z.string()).optional() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html */
export const ListUsers: Operation = defineOperation('IAM', listInput, [
  check('lists the users that the filter finds', (flow) => {
    const { Filter, Limit, PaginationToken, AttributesToGet } = flow.input
    const { items, next } = cutPage([...flow.pool.users.values()].filter(parseFilter(Filter)), PaginationToken, Limit)
    const Users = items.map((user) => {
      const described = toUserType(flow, user)
      const all: readonly unknown[] = Array.isArray(described.Attributes) ? described.Attributes : []
      const Attributes = all.filter((each) => AttributesToGet === undefined || AttributesToGet.includes(Object(each).Name))
      return { ...described, Attributes }
    })
    flow.answer = { Users, ...(next !== undefined && { PaginationToken: next }) }
  }),
])

function listMembers(pool: Pool, group: string): readonly User[] {
  return [...pool.users.values()].filter(({ groups }) => groups.includes(group))
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html */
export const ListUsersInGroup: Operation = defineOperation('IAM', page.extend({ GroupName: z.string() }), [
  check('lists the members of the group', (flow) => {
    const { GroupName, Limit, NextToken } = flow.input
    getGroup(flow.pool, GroupName)
    const { items, next } = cutPage(listMembers(flow.pool, GroupName), NextToken, Limit)
    flow.answer = { Users: items.map((user) => toUserType(flow, user)), ...(next !== undefined && { NextToken: next }) }
  }),
])
