// Creates resources from the function blocks of serverless.yml: roles, alarms, permissions, and the pool's triggers. A new function
// needs one block in serverless.yml and no change here.
//
// The framework calls the export NAME for each ${file(deploy/triggers.cjs):NAME}. docs/guides/deploy.md shows the resources of one
// function.
const { createAlarms } = require('./alarms.cjs')
const { createAttachCommand, createPermission, createPoolChanges } = require('./attach.cjs')
const { describeHandlers, userError } = require('./handlers.cjs')
const { assertParameters } = require('./parameters.cjs')
const { createRole } = require('./roles.cjs')

/** Returns the blocks under `custom.optional` that `--param="triggers=..."` turns on. */
exports.functions = async ({ options, resolveConfigurationProperty, resolveVariable }) => {
  await assertParameters(options)
  const optional = (await resolveConfigurationProperty(['custom', 'optional'])) ?? {}
  const triggers = await resolveVariable('param:triggers')
  const names = `${triggers}`.split(',').flatMap((name) => name.trim() || [])
  const unknown = names.filter((name) => !Object.hasOwn(optional, name))
  if (unknown.length > 0) {
    const known = Object.keys(optional).join(', ') || 'none'
    throw userError(`triggers=${triggers}: unknown function ${unknown.join(', ')}. The functions under custom.optional are: ${known}`)
  }
  return Object.fromEntries(names.map((name) => [name, optional[name]]))
}

/** Returns the flows of the app client: SRP, and those without which Cognito never calls a deployed function. */
exports.authFlows = async (framework) => {
  const blocks = Object.values(await readBlocks(framework))
  const triggers = blocks.flatMap(({ events = [] }) => events.map(({ cognitoUserPool }) => cognitoUserPool?.trigger))
  const needed = Object.keys(FLOWS).filter((trigger) => triggers.includes(trigger))
  return ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', ...needed.map((trigger) => FLOWS[trigger])]
}

const FLOWS = { DefineAuthChallenge: 'ALLOW_CUSTOM_AUTH', UserMigration: 'ALLOW_USER_PASSWORD_AUTH' }

/** Returns the functions for an existing pool, without `cognitoUserPool` events: the framework would create or update a pool for them. */
exports.functionsWithoutPool = async (framework) => {
  await assertParameters(framework.options)
  const blocks = await readBlocks(framework)
  return Object.fromEntries(
    Object.entries(blocks).map(([name, { events = [], ...block }]) => [
      name,
      { ...block, events: events.filter((event) => event.cognitoUserPool === undefined) },
    ]),
  )
}

/** Returns the resources of the functions, for a pool that this stack creates. */
exports.withNewPool = async (framework) => {
  const service = await readService(framework)
  return { Resources: { ...createResources(service), ...createPoolChanges(service) } }
}

/** Returns the resources of the functions and the output `AttachCommand`, for an existing pool. */
exports.withExistingPool = async (framework) => {
  const service = await readService(framework)
  const permissions = service.functions.filter(({ trigger }) => trigger !== undefined).map(createPermission)
  return { Resources: Object.assign(createResources(service), ...permissions), Outputs: createAttachCommand(service) }
}

function createResources(service) {
  return Object.assign(
    {},
    service.optionalTables,
    ...service.functions.map((each) => ({ ...createRole(each, service), ...createAlarms(each) })),
  )
}

/**
 * Returns the deployed functions, each with the values of its block and the declarations of its handler, and the values that all
 * functions share.
 */
async function readService(framework) {
  const property = async (...path) => (await framework.resolveConfigurationProperty(path)) ?? {}
  const [blocks, shared, { lambda: tracing }, userPoolArn, optional, versions, placeholders, tables, optionalTables] = await Promise.all([
    readBlocks(framework),
    property('provider', 'environment'),
    property('provider', 'tracing'),
    property('custom', 'userPoolArn'),
    property('custom', 'optional'),
    property('custom', 'lambdaVersions'),
    property('custom', 'placeholders'),
    framework.resolveVariable('file(deploy/tables.yml):Resources'),
    framework.resolveVariable('file(deploy/optional-tables.yml):Resources'),
  ])
  const known = Object.keys({ ...blocks, ...optional })
  const unknown = Object.keys(versions).find((name) => !known.includes(name))
  if (unknown !== undefined) throw userError(`custom.lambdaVersions.${unknown}: unknown function. Expected one of: ${known.join(', ')}`)
  const functions = Object.entries(blocks).map(([name, { handler, role, environment, events = [] }]) => {
    const [pool] = events.flatMap(({ cognitoUserPool = [] }) => cognitoUserPool)
    const id = `${name[0].toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')
    const settings = Object.entries({ ...shared, ...environment }).filter(([, value]) => value !== null)
    return { name, id, handler, role, environment: Object.fromEntries(settings), pool, version: versions[name] }
  })
  const declared = await describeHandlers(functions, placeholders)
  const usedTables = selectUsedTables(optionalTables, functions)
  assertSwept(functions.map((each, index) => ({ ...each, ...declared[index] })))
  return {
    functions: functions.map((each, index) => ({ ...each, ...declared[index], trigger: each.pool?.trigger ?? declared[index].trigger })),
    tables: { ...tables, ...usedTables },
    optionalTables: usedTables,
    tracing,
    userPoolArn,
  }
}

/** Returns the tables whose name is in the environment of a function. */
function selectUsedTables(tables, functions) {
  const names = new Set(functions.flatMap(({ environment }) => Object.values(environment)))
  return Object.fromEntries(Object.entries(tables).filter(([, { Properties }]) => names.has(Properties.TableName)))
}

/** Checks that the sweeper has the effects of all functions. A missing one would become a dead letter after its first failure. */
exports.assertSwept = assertSwept
function assertSwept(functions) {
  const swept = functions.flatMap(({ sweeps, effects = [] }) => (sweeps ? effects : []))
  const isSwept = (each) => swept.some(({ trigger, effect }) => trigger === each.trigger && effect === each.effect)
  for (const { name, sweeps, effects = [] } of functions) {
    const missing = effects.find((each) => !isSwept(each))
    if (!sweeps && missing !== undefined && functions.some((each) => each.sweeps))
      throw userError(
        `The sweeper does not have the effect ${missing.effect} of ${name}. Compose the effect in default-chain.ts of the trigger, which the sweeper imports`,
      )
  }
}

/** Returns the blocks of the deployed functions, by name. In the configuration for an existing pool, `custom.blocks` contains them. */
async function readBlocks({ resolveConfigurationProperty }) {
  const blocks = (await resolveConfigurationProperty(['custom', 'blocks'])) ?? (await resolveConfigurationProperty(['functions']))
  return Object.assign({}, ...[blocks].flat())
}
