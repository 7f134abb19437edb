import * as z from 'zod'
import { CognitoError } from '../errors.ts'
import { adminTarget } from '../input.ts'
import type { Group } from '../model.ts'
import { check, defineOperation, type Operation, write } from '../operation.ts'
import { getGroup } from '../store.ts'
import { findTarget, getUser, save } from '../users.ts'
import { cutPage } from './list-users.ts'

const target = z.object({ UserPoolId: z.string(), GroupName: z.string().min(1).max(128) })
const groupInput = target.extend({
  Description: z.string().max(2048).optional(),
  RoleArn: z.string().optional(),
  Precedence: z.number().int().min(0).optional(),
})

function describeGroup(userPoolId: string, group: Group): Record<string, unknown> {
  const { name, description, roleArn, precedence, createdAt, updatedAt } = group
  return {
    GroupName: name,
    UserPoolId: userPoolId,
    ...(description !== undefined && { Description: description }),
    ...(roleArn !== undefined && { RoleArn: roleArn }),
    ...(precedence !== undefined && { Precedence: precedence }),
    CreationDate: createdAt / 1000,
    LastModifiedDate: updatedAt / 1000,
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html */
export const CreateGroup: Operation = defineOperation('IAM', groupInput, [
  check('the name is free', ({ pool, input }) => {
    if (pool.groups.has(input.GroupName))
      throw new CognitoError('GroupExistsException', `A group with the name ${input.GroupName} already exists.`)
  }),
  write('the group', (flow) => {
    const { GroupName: name, Description: description, RoleArn: roleArn, Precedence: precedence } = flow.input
    const now = flow.world.now()
    const group: Group = { name, description, roleArn, precedence, createdAt: now, updatedAt: now }
    flow.pool.groups.set(name, group)
    flow.world.store.onChange()
    flow.answer = { Group: describeGroup(flow.pool.id, group) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateGroup.html */
export const UpdateGroup: Operation = defineOperation('IAM', groupInput, [
  write('the group', (flow) => {
    const { GroupName, Description, RoleArn, Precedence } = flow.input
    const group = getGroup(flow.pool, GroupName)
    if (Description !== undefined) group.description = Description
    if (RoleArn !== undefined) group.roleArn = RoleArn
    if (Precedence !== undefined) group.precedence = Precedence
    group.updatedAt = flow.world.now()
    flow.world.store.onChange()
    flow.answer = { Group: describeGroup(flow.pool.id, group) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetGroup.html */
export const GetGroup: Operation = defineOperation('IAM', target, [
  check('describes the group', (flow) => {
    flow.answer = { Group: describeGroup(flow.pool.id, getGroup(flow.pool, flow.input.GroupName)) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteGroup.html */
export const DeleteGroup: Operation = defineOperation('IAM', target, [
  write('the group and its memberships, removed', ({ pool, world, input }) => {
    getGroup(pool, input.GroupName)
    for (const user of pool.users.values()) user.groups = user.groups.filter((name) => name !== input.GroupName)
    pool.groups.delete(input.GroupName)
    world.store.onChange()
  }),
])

const listInput = z.object({ UserPoolId: z.string(), Limit: z.number().int().min(0).max(60).optional(), NextToken: z.string().optional() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListGroups.html */
export const ListGroups: Operation = defineOperation('IAM', listInput, [
  check('lists the groups', (flow) => {
    const { items, next } = cutPage([...flow.pool.groups.values()], flow.input.NextToken, flow.input.Limit)
    flow.answer = { Groups: items.map((group) => describeGroup(flow.pool.id, group)), ...(next !== undefined && { NextToken: next }) }
  }),
])

const memberInput = adminTarget.extend({ GroupName: z.string() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminAddUserToGroup.html */
export const AdminAddUserToGroup: Operation = defineOperation('IAM', memberInput, [
  check('the group and the user exist', (flow) => {
    getGroup(flow.pool, flow.input.GroupName)
    findTarget(flow)
  }),
  write('the membership', (flow) => {
    const user = getUser(flow)
    if (!user.groups.includes(flow.input.GroupName)) user.groups = [...user.groups, flow.input.GroupName]
    save(flow, user)
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRemoveUserFromGroup.html */
export const AdminRemoveUserFromGroup: Operation = defineOperation('IAM', memberInput, [
  check('the group and the user exist', (flow) => {
    getGroup(flow.pool, flow.input.GroupName)
    findTarget(flow)
  }),
  write('the membership, removed', (flow) => {
    const user = getUser(flow)
    user.groups = user.groups.filter((name) => name !== flow.input.GroupName)
    save(flow, user)
  }),
])

const listForInput = adminTarget.extend({ Limit: z.number().int().min(0).max(60).optional(), NextToken: z.string().optional() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListGroupsForUser.html */
export const AdminListGroupsForUser: Operation = defineOperation('IAM', listForInput, [
  check('lists the groups of the user', (flow) => {
    findTarget(flow)
    const groups = getUser(flow).groups.flatMap((name) => flow.pool.groups.get(name) ?? [])
    const { items, next } = cutPage(groups, flow.input.NextToken, flow.input.Limit)
    flow.answer = { Groups: items.map((group) => describeGroup(flow.pool.id, group)), ...(next !== undefined && { NextToken: next }) }
  }),
])
