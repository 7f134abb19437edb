import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { createConditionReader, resolveValue } from './conditions.ts'
import { expandSam } from './sam.ts'
import { toSymbolic } from './symbolic.ts'
import { isTerraform, readTerraform } from './terraform.ts'
import { type Path, type Read, readYaml } from './yaml-values.ts'

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_RESOURCES = 500

/** The reason for a check that doctor leaves out. */
export const AT_DEPLOYMENT = 'the value is known only at deployment'

/** A resource of a template. */
export interface Resource {
  readonly id: string
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly dependsOn: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** True if the resource has a condition that is known only at deployment. */
  readonly conditional: boolean
}

/** A property of a resource. */
export interface ResourcePath {
  /** The resource's logical id. */
  readonly resource: string
  /** The path of the property inside the resource: `['Properties', 'Timeout']`. */
  readonly path: Path
}

/** A CloudFormation template, with the resources that SAM would generate. */
export interface Template {
  /** The file's name, for messages. */
  readonly file: string
  /** All resources, except those whose condition is false. */
  readonly resources: ReadonlyMap<string, Resource>
  /** The resources that the file declares, without those that SAM generates. */
  readonly declared: ReadonlyMap<string, Resource>
  /** The Lambda functions by name. Keys are `${Id}` and FunctionName, because an ARN or a setting may contain either. */
  readonly functions: ReadonlyMap<string, Resource>
  /** The parts that were not read because macros or values decide them at deployment, each as `subject: reason`. They may add resources. */
  readonly unread: readonly string[]
  /** True for the plan or state of Terraform, whose resources have the form of CloudFormation here. */
  readonly isTerraform: boolean
  /** Returns the line number of a path in the file, from 1. Terraform's JSON has no lines. */
  readonly line: (path: Path) => number | undefined
}

/**
 * Parses a template in JSON, or in YAML with or without short tags such as `!Ref`.
 *
 * @param file The file's name, for messages.
 * @throws UsageError when the text is invalid, or is not a template.
 */
export function readTemplate(file: string, text: string): Template {
  return parseTemplate(file, readYaml(file, text))
}

/**
 * Converts parsed YAML, or a Terraform plan or state, to a template.
 *
 * @throws UsageError when the value is not a template, or has more than 500 resources.
 */
export function parseTemplate(file: string, { value, line }: Read): Template {
  if (isObject(value) && isTerraform(value)) {
    const resources = readTerraform(value)
    const functions = mapFunctionsByName(resources)
    return { file, resources, declared: resources, functions, unread: [], isTerraform: true, line: () => undefined }
  }
  if (!isObject(value) || !isObject(value.Resources))
    throw new UsageError(`${file}: not a CloudFormation template: the file has no Resources`)
  assertFewResources(file, Object.keys(value.Resources).length)
  const { Mappings: mappings } = value
  const holds = createConditionReader(value.Conditions, mappings)
  const resources = new Map<string, Resource>()
  const unread = listMacros(value.Transform)
  for (const [id, declared] of Object.entries(value.Resources)) {
    if (!isObject(declared) || typeof declared.Type !== 'string') {
      // A macro such as Fn::Transform may stand among the resources, but is not a resource.
      if (id.startsWith('Fn::')) {
        unread.push(`the resources of ${id}: ${AT_DEPLOYMENT}`)
        continue
      }
      throw new UsageError(`${file}: not a CloudFormation template: the resource ${id} has no Type`)
    }
    const condition = typeof declared.Condition === 'string' ? holds(declared.Condition) : true
    if (condition === false) continue
    const properties = resolveValue(declared.Properties, { holds, mappings })
    resources.set(id, {
      id,
      type: declared.Type,
      // SAM embeds connectors beside the properties.
      properties: { ...(isObject(properties) && properties), ...(isObject(declared.Connectors) && { Connectors: declared.Connectors }) },
      dependsOn: [declared.DependsOn].flat().filter((each) => typeof each === 'string'),
      metadata: isObject(declared.Metadata) ? declared.Metadata : {},
      conditional: condition === 'unknown',
    })
  }
  const sam = expandSam(file, resources, isObject(value.Globals) ? value.Globals : {})
  assertFewResources(file, sam.resources.size)
  return {
    file,
    resources: sam.resources,
    declared: resources,
    functions: mapFunctionsByName(sam.resources),
    unread: [...unread, ...sam.unread],
    isTerraform: false,
    line,
  }
}

// Transforms that only expand what the template contains. Doctor expands SAM itself.
const KNOWN_TRANSFORMS = /^AWS::(?:Serverless-|LanguageExtensions$|CodeDeployBlueGreen$|SecretsManager-)/

function listMacros(transform: unknown): string[] {
  const names = [transform].flat().map((each) => (isObject(each) ? each.Name : each))
  return names.flatMap((name) => {
    if (name === undefined || (typeof name === 'string' && KNOWN_TRANSFORMS.test(name))) return []
    return `the changes of the macro ${toSymbolic(name)}: the macro runs at deployment`
  })
}

function mapFunctionsByName(resources: ReadonlyMap<string, Resource>): ReadonlyMap<string, Resource> {
  const functions = new Map<string, Resource>()
  for (const resource of resources.values()) {
    if (resource.type !== 'AWS::Lambda::Function') continue
    // If two functions have the same name, keeps the function that the template declares first.
    for (const name of [`\${${resource.id}}`, toSymbolic(resource.properties.FunctionName)]) {
      if (name !== undefined && !functions.has(name)) functions.set(name, resource)
    }
  }
  return functions
}

function assertFewResources(file: string, count: number): void {
  if (count <= MOST_RESOURCES) return
  throw new UsageError(
    `${file}: ${count} resources, but CloudFormation accepts at most ${MOST_RESOURCES}. Split the template into several stacks`,
  )
}

/** Returns the DynamoDB tables of a template. */
export function listTables(template: Template): readonly Resource[] {
  return findResources(template, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')
}

/** Returns the resources of the given types. */
export function findResources(template: Template, ...types: readonly string[]): readonly Resource[] {
  return [...template.resources.values()].filter(({ type }) => types.includes(type))
}
