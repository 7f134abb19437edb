import * as z from 'zod'
import { CognitoError, invalidParameter, notFound } from '../errors.ts'
import type { AppClient, Pool, Registered } from '../model.ts'
import { check, defineOperation, type Flow, type Operation, write } from '../operation.ts'
import { parseClientSettings } from '../settings/client-settings.ts'
import { parsePoolSettings, parseUpdatedSettings } from '../settings/pool-settings.ts'
import { createClient, createId, createPool } from '../store.ts'
import { cutPage } from './list-users.ts'

const anything = z.looseObject({})
const onPool = z.looseObject({ UserPoolId: z.string() })

function describePool({ id, settings, createdAt, updatedAt, domain, users }: Pool, region: string): Record<string, unknown> {
  const { PoolName, ...rest } = settings
  return {
    Id: id,
    Name: PoolName,
    Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${id}`,
    ...rest,
    EstimatedNumberOfUsers: users.size,
    CreationDate: createdAt / 1000,
    LastModifiedDate: updatedAt / 1000,
    ...(domain !== undefined && { Domain: domain }),
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html */
export const CreateUserPool: Operation = defineOperation('IAM without pool', anything, [
  write('the pool', (flow) => {
    const { store, now } = flow.world
    flow.answer = { UserPool: describePool(createPool(store, parsePoolSettings(flow.input), now()), store.region) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html */
export const DescribeUserPool: Operation = defineOperation('IAM', onPool, [
  check('describes the pool', (flow) => {
    flow.answer = { UserPool: describePool(flow.pool, flow.world.store.region) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html */
export const UpdateUserPool: Operation = defineOperation('IAM', onPool, [
  write('the settings; each setting that is missing gets its default', (flow) => {
    const { UserPoolId: _, ...given } = flow.input
    flow.pool.settings = parseUpdatedSettings(flow.pool.settings, given)
    flow.pool.updatedAt = flow.world.now()
    flow.world.store.onChange()
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPool.html */
export const DeleteUserPool: Operation = defineOperation('IAM', onPool, [
  write('the pool, deleted', ({ world, pool }) => {
    world.store.pools.delete(pool.id)
    world.store.onChange()
  }),
])

const listInput = z.object({
  UserPoolId: z.string().optional(),
  MaxResults: z.number().int().min(1).max(60),
  NextToken: z.string().optional(),
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPools.html */
export const ListUserPools: Operation = defineOperation('IAM without pool', listInput, [
  check('lists the pools', (flow) => {
    const { items, next } = cutPage([...flow.world.store.pools.values()], flow.input.NextToken, flow.input.MaxResults)
    const UserPools = items.map(({ id: Id, settings, createdAt, updatedAt }) => ({
      Id,
      Name: settings.PoolName,
      CreationDate: createdAt / 1000,
      LastModifiedDate: updatedAt / 1000,
    }))
    flow.answer = { UserPools, ...(next !== undefined && { NextToken: next }) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddCustomAttributes.html */
export const AddCustomAttributes: Operation = defineOperation('IAM', onPool, [
  write('the attributes of the schema', (flow) => {
    const { CustomAttributes } = flow.input
    const added: readonly unknown[] = Array.isArray(CustomAttributes) ? CustomAttributes : []
    const { LambdaConfig: _, ...before } = flow.pool.settings
    const { Schema } = parsePoolSettings({ ...before, Schema: [...before.Schema, ...added] })
    flow.pool.settings = { ...flow.pool.settings, Schema }
    flow.world.store.onChange()
  }),
])

function describeClient({ id }: Pool, client: AppClient): Record<string, unknown> {
  const { secret, settings, createdAt, updatedAt } = client
  return {
    UserPoolId: id,
    ClientId: client.id,
    ...settings,
    ...(secret !== undefined && { ClientSecret: secret }),
    CreationDate: createdAt / 1000,
    LastModifiedDate: updatedAt / 1000,
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html */
export const CreateUserPoolClient: Operation = defineOperation('IAM', onPool, [
  write('the app client', (flow) => {
    const { UserPoolId: _, GenerateSecret, ...given } = flow.input
    const secret = GenerateSecret === true ? { secret: createId(52) } : {}
    const client = createClient(flow.world.store, flow.pool, parseClientSettings(given), flow.world.now(), secret)
    flow.answer = { UserPoolClient: describeClient(flow.pool, client) }
  }),
])

const onClient = z.looseObject({ UserPoolId: z.string(), ClientId: z.string() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html */
export const DescribeUserPoolClient: Operation = defineOperation('IAM', onClient, [
  check('describes the app client', (flow) => {
    flow.answer = { UserPoolClient: describeClient(flow.pool, requireClient(flow)) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html */
export const UpdateUserPoolClient: Operation = defineOperation('IAM', onClient, [
  write('the settings; each setting that is missing gets its default', (flow) => {
    const { UserPoolId: _, ClientId: __, ...given } = flow.input
    const client = requireClient(flow)
    client.settings = parseClientSettings({ ClientName: client.settings.ClientName, ...given })
    client.updatedAt = flow.world.now()
    flow.world.store.onChange()
    flow.answer = { UserPoolClient: describeClient(flow.pool, client) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolClient.html */
export const DeleteUserPoolClient: Operation = defineOperation('IAM', onClient, [
  write('the app client, deleted', (flow) => {
    flow.pool.clients.delete(requireClient(flow).id)
    flow.world.store.onChange()
  }),
])

const listClientsInput = z.object({
  UserPoolId: z.string(),
  MaxResults: z.number().int().min(1).max(60).optional(),
  NextToken: z.string().optional(),
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPoolClients.html */
export const ListUserPoolClients: Operation = defineOperation('IAM', listClientsInput, [
  check('lists the app clients', (flow) => {
    const { items, next } = cutPage([...flow.pool.clients.values()], flow.input.NextToken, flow.input.MaxResults)
    const UserPoolClients = items.map(({ id, settings }) => ({ ClientId: id, UserPoolId: flow.pool.id, ClientName: settings.ClientName }))
    flow.answer = { UserPoolClients, ...(next !== undefined && { NextToken: next }) }
  }),
])

/**
 * Returns the app client of a request.
 *
 * @throws CognitoError if the app client does not exist.
 */
export function requireClient({ client, input }: Flow<{ readonly ClientId: string }>): AppClient {
  if (client === undefined) throw notFound(`User pool client ${input.ClientId} does not exist.`)
  return client
}

const onDomain = z.object({ UserPoolId: z.string(), Domain: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/) })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html */
export const CreateUserPoolDomain: Operation = defineOperation('IAM', onDomain, [
  write('the domain of managed login', (flow) => {
    if (flow.pool.domain !== undefined) throw invalidParameter(`The user pool already has a domain configured.`)
    flow.pool.domain = flow.input.Domain
    flow.world.store.onChange()
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolDomain.html */
export const DeleteUserPoolDomain: Operation = defineOperation('IAM', onDomain, [
  write('the domain, removed', (flow) => {
    flow.pool.domain = undefined
    flow.world.store.onChange()
  }),
])

const providerInput = z.looseObject({
  UserPoolId: z.string(),
  ProviderName: z.string().min(1).max(32),
  ProviderType: z.enum(['SAML', 'Facebook', 'Google', 'LoginWithAmazon', 'SignInWithApple', 'OIDC']),
  ProviderDetails: z.record(z.string(), z.string()).default({}),
  AttributeMapping: z.record(z.string(), z.string()).default({}),
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html */
export const CreateIdentityProvider: Operation = defineOperation('IAM', providerInput, [
  write('the identity provider', (flow) => {
    const { ProviderName } = flow.input
    if (flow.pool.providers.has(ProviderName))
      throw new CognitoError('DuplicateProviderException', `Provider ${ProviderName} is already configured.`)
    flow.pool.providers.set(ProviderName, flow.input)
    flow.world.store.onChange()
    flow.answer = { IdentityProvider: flow.input }
  }),
])

const onProvider = z.object({ UserPoolId: z.string(), ProviderName: z.string() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeIdentityProvider.html */
export const DescribeIdentityProvider: Operation = defineOperation('IAM', onProvider, [
  check('describes the identity provider', (flow) => {
    flow.answer = { IdentityProvider: getRegistered(flow.pool.providers, flow.input.ProviderName, 'Identity provider') }
  }),
])

const resourceServerInput = z.object({
  UserPoolId: z.string(),
  Identifier: z.string().min(1),
  Name: z.string(),
  Scopes: z.array(z.object({ ScopeName: z.string(), ScopeDescription: z.string() })).default([]),
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html */
export const CreateResourceServer: Operation = defineOperation('IAM', resourceServerInput, [
  write('the resource server', (flow) => {
    flow.pool.resourceServers.set(flow.input.Identifier, flow.input)
    flow.world.store.onChange()
    flow.answer = { ResourceServer: flow.input }
  }),
])

function getRegistered(all: ReadonlyMap<string, Registered>, name: string, kind: string): Registered {
  const found = all.get(name)
  if (found === undefined) throw notFound(`${kind} ${name} does not exist.`)
  return found
}
