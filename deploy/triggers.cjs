// Writes what follows from the functions of serverless.yml: which of them are on, their roles, alarms and permissions, and how the
// pool calls them. A new function is one block in serverless.yml, and nothing here names it.
//
// The framework calls these exports for ${file(deploy/triggers.cjs):NAME}. docs/guides/deploy.md shows what they write for one function.
const { createAlarms } = require('./alarms.cjs')
const { createAttachCommand, createPermission, createPoolChanges } = require('./attach.cjs')
const { describeHandlers, userError } = require('./handlers.cjs')
const { createRole } = require('./roles.cjs')

/** The blocks under `custom.optional` that `--param="triggers=..."` names. */
exports.functions = async ({ resolveConfigurationProperty, resolveVariable }) => {
  const optional = (await resolveConfigurationProperty(['custom', 'optional'])) ?? {}
  const triggers = await resolveVariable('param:triggers')
  const names = `${triggers}`.split(',').flatMap((name) => name.trim() || [])
  const unknown = names.filter((name) => !Object.hasOwn(optional, name))
  if (unknown.length > 0) {
    const known = Object.keys(optional).join(', ') || 'none'
    throw userError(`triggers=${triggers}: no optional function is called ${unknown.join(', ')}. The optional functions are: ${known}`)
  }
  return Object.fromEntries(names.map((name) => [name, optional[name]]))
}

/** The functions for a pool that exists: an event of the framework would make a pool, or change this one its own way. */
exports.functionsWithoutPool = async (framework) => {
  const blocks = await readBlocks(framework)
  return Object.fromEntries(
    Object.entries(blocks).map(([name, { events = [], ...block }]) => [
      name,
      { ...block, events: events.filter((event) => event.cognitoUserPool === undefined) },
    ]),
  )
}

/** The resources of the functions, for a pool of this stack. */
exports.withNewPool = async (framework) => {
  const service = await readService(framework)
  return { Resources: { ...createResources(service), ...createPoolChanges(service) } }
}

/** The resources of the functions, for a pool that exists. */
exports.withExistingPool = async (framework) => {
  const service = await readService(framework)
  const permissions = service.functions.filter(({ trigger }) => trigger !== undefined).map(createPermission)
  return { Resources: Object.assign(createResources(service), ...permissions), Outputs: createAttachCommand(service) }
}

function createResources(service) {
  return Object.assign({}, ...service.functions.map((each) => ({ ...createRole(each, service), ...createAlarms(each) })))
}

/** Returns the functions that are on, each with what its block, its settings and its handler say, and what they share. */
async function readService(framework) {
  const property = async (...path) => (await framework.resolveConfigurationProperty(path)) ?? {}
  const [blocks, shared, { lambda: tracing }, userPoolArn, optional, versions, placeholders, tables] = await Promise.all([
    readBlocks(framework),
    property('provider', 'environment'),
    property('provider', 'tracing'),
    property('custom', 'userPoolArn'),
    property('custom', 'optional'),
    property('custom', 'lambdaVersions'),
    property('custom', 'placeholders'),
    framework.resolveVariable('file(deploy/tables.yml):Resources'),
  ])
  const stray = Object.keys(versions).find((name) => !Object.hasOwn({ ...blocks, ...optional }, name))
  if (stray !== undefined) throw userError(`custom.lambdaVersions.${stray}: no function is called ${stray}`)
  const functions = Object.entries(blocks).map(([name, { handler, role, environment, events = [] }]) => {
    const [pool] = events.flatMap(({ cognitoUserPool = [] }) => cognitoUserPool)
    const id = `${name[0].toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')
    const settings = Object.entries({ ...shared, ...environment }).filter(([, value]) => value !== null)
    return { name, id, handler, role, environment: Object.fromEntries(settings), pool, version: versions[name] }
  })
  const declared = await describeHandlers(functions, placeholders)
  return {
    functions: functions.map((each, index) => ({ ...each, ...declared[index], trigger: each.pool?.trigger ?? declared[index].trigger })),
    tables,
    tracing,
    userPoolArn,
  }
}

/** The blocks of the functions that are on, by name. `custom.blocks` are those for a pool that exists. */
async function readBlocks({ resolveConfigurationProperty }) {
  const blocks = (await resolveConfigurationProperty(['custom', 'blocks'])) ?? (await resolveConfigurationProperty(['functions']))
  return Object.assign({}, ...[blocks].flat())
}
