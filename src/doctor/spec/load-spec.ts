import type { PropertySpec, Shape, Spec, ValueType } from './spec.ts'

type Service = typeof import('@aws-cdk/aws-service-spec')
type Database = Awaited<ReturnType<Service['loadAwsServiceSpec']>>
type Described = ReturnType<Database['all']>[number]
type Properties = Extract<Described, { readonly cloudFormationType: string; readonly properties: unknown }>['properties']
type Property = Properties[string]

const ANYTHING: ValueType = { kind: 'anything' }
const TEXT: ValueType = { kind: 'text' }
// The key and the value that every tag has. Some services add to them.
const TAG: ValueType = { kind: 'map', of: ANYTHING }

/**
 * Loads AWS's description of all types of resources. It is large: only who needs it pays for it.
 *
 * @see https://github.com/cdklabs/awscdk-service-spec
 */
export async function loadSpec(): Promise<Spec> {
  const { loadAwsServiceSpec } = await import('@aws-cdk/aws-service-spec')
  const database = await loadAwsServiceSpec()
  return {
    shapeOf(type) {
      const [found] = database.lookup('resource', 'cloudFormationType', 'equals', type)
      return found && shapeOf(database, found.properties, Object.keys(found.attributes))
    },
  }
}

/** Types name each other in circles, so each is read when somebody asks for it. */
function shapeOf(database: Database, properties: Properties, attributes: readonly string[]): Shape {
  return {
    names: Object.keys(properties),
    attributes,
    property(name): PropertySpec | undefined {
      const found = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (found === undefined) return undefined
      // What was described as anything once, and is described better now, is judged by that.
      const before = (found.previousTypes ?? []).map((type) => typeOf(database, type)).filter(({ kind }) => kind !== 'anything')
      return { required: found.required ?? false, type: oneOf([typeOf(database, found.type), ...before]) }
    },
  }
}

function typeOf(database: Database, type: Property['type']): ValueType {
  switch (type.type) {
    case 'string':
    case 'date-time':
      return TEXT
    case 'integer':
    case 'number':
      return { kind: 'number' }
    case 'boolean':
      return { kind: 'boolean' }
    case 'array':
      return { kind: 'list', of: typeOf(database, type.element) }
    case 'map':
      return { kind: 'map', of: typeOf(database, type.element) }
    case 'tag':
      return TAG
    case 'union':
      return oneOf(type.types.map((each) => typeOf(database, each)))
    case 'ref': {
      const { properties } = database.get('typeDefinition', type.reference)
      // Described without a single property: as a map of whatever.
      if (Object.keys(properties).length === 0) return { kind: 'map', of: ANYTHING }
      return { kind: 'record', shape: shapeOf(database, properties, []) }
    }
    default:
      return ANYTHING
  }
}

function oneOf(types: readonly ValueType[]): ValueType {
  const [only = ANYTHING, ...more] = types
  return more.length === 0 ? only : { kind: 'one of', types }
}
