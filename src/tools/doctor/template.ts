import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { createConditionReader, resolveConditions } from './conditions.ts'
import { expandSam } from './sam.ts'
import { toSymbolic } from './symbolic.ts'
import { type Path, type Read, readYaml } from './yaml-values.ts'

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_RESOURCES = 500

/** A resource of a template. */
export interface Resource {
  readonly id: string
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly dependsOn: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** Whether it stands under a condition that only the deployment decides. */
  readonly conditional: boolean
}

/** A CloudFormation template, with what SAM would make of it. */
export interface Template {
  /** For people. */
  readonly file: string
  /** Those that are certainly left out by their condition are not in it. */
  readonly resources: ReadonlyMap<string, Resource>
  /** The same as they stand in the file, before SAM. */
  readonly declared: ReadonlyMap<string, Resource>
  /** The Lambda functions by what an ARN or a setting may call them: `${Id}`, and their own name. */
  readonly functions: ReadonlyMap<string, Resource>
  readonly line: (path: Path) => number | undefined
}

/**
 * Reads a template: JSON, or YAML with or without short tags.
 *
 * @param file Its name, for people.
 * @throws UsageError when it cannot be read, or is no template.
 */
export function readTemplate(file: string, text: string): Template {
  return parseTemplate(file, readYaml(file, text))
}

/**
 * Reads a template from its values.
 *
 * @throws UsageError as `readTemplate`.
 */
export function parseTemplate(file: string, { value, line }: Read): Template {
  if (!isObject(value) || !isObject(value.Resources)) throw new UsageError(`${file}: not a CloudFormation template: it has no Resources`)
  assertFewResources(file, Object.keys(value.Resources).length)
  const holds = createConditionReader(value.Conditions)
  const resources = new Map<string, Resource>()
  for (const [id, declared] of Object.entries(value.Resources)) {
    if (!isObject(declared) || typeof declared.Type !== 'string') {
      // A macro that makes resources stands where one would.
      if (id.startsWith('Fn::')) continue
      throw new UsageError(`${file}: not a CloudFormation template: the resource ${id} has no Type`)
    }
    const condition = typeof declared.Condition === 'string' ? holds(declared.Condition) : true
    if (condition === false) continue
    const properties = resolveConditions(declared.Properties, holds)
    resources.set(id, {
      id,
      type: declared.Type,
      properties: isObject(properties) ? properties : {},
      dependsOn: [declared.DependsOn].flat().filter((each) => typeof each === 'string'),
      metadata: isObject(declared.Metadata) ? declared.Metadata : {},
      conditional: condition === 'unknown',
    })
  }
  const expanded = expandSam(file, resources, isObject(value.Globals) ? value.Globals : {})
  assertFewResources(file, expanded.size)
  return {
    file,
    resources: expanded,
    declared: resources,
    functions: mapFunctionsByName(expanded),
    line,
  }
}

function mapFunctionsByName(resources: ReadonlyMap<string, Resource>): ReadonlyMap<string, Resource> {
  const functions = new Map<string, Resource>()
  for (const resource of resources.values()) {
    if (resource.type !== 'AWS::Lambda::Function') continue
    // The first one of a name counts.
    for (const name of [`\${${resource.id}}`, toSymbolic(resource.properties.FunctionName)]) {
      if (name !== undefined && !functions.has(name)) functions.set(name, resource)
    }
  }
  return functions
}

function assertFewResources(file: string, count: number): void {
  if (count <= MOST_RESOURCES) return
  throw new UsageError(`${file}: ${count} resources; CloudFormation takes ${MOST_RESOURCES} in one template. Split it into several stacks`)
}

/** The resources of a type. */
export function findResources(template: Template, ...types: readonly string[]): readonly Resource[] {
  return [...template.resources.values()].filter(({ type }) => types.includes(type))
}
