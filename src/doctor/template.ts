import { isRecord } from '../replay/handler-log.ts'
import { UsageError } from '../replay/usage-error.ts'
import { conditionsOf, settled } from './conditions.ts'
import { expandSam } from './sam.ts'
import { type Path, readYaml } from './yaml-values.ts'

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
  /** The macros that change the whole template, by name. */
  readonly macros: readonly string[]
  readonly line: (path: Path) => number | undefined
}

/**
 * Reads a template: JSON, or YAML with or without short tags.
 *
 * @param file Its name, for people.
 * @throws UsageError when it cannot be read, or is no template.
 */
export function readTemplate(file: string, text: string): Template {
  const { value, line } = readYaml(file, text)
  if (!isRecord(value) || !isRecord(value.Resources)) throw new UsageError(`${file}: not a CloudFormation template: it has no Resources`)
  const holds = conditionsOf(value.Conditions)
  const resources = new Map<string, Resource>()
  for (const [id, declared] of Object.entries(value.Resources)) {
    if (!isRecord(declared) || typeof declared.Type !== 'string') {
      // A macro that makes resources stands where one would.
      if (id.startsWith('Fn::')) continue
      throw new UsageError(`${file}: not a CloudFormation template: the resource ${id} has no Type`)
    }
    const condition = typeof declared.Condition === 'string' ? holds(declared.Condition) : true
    if (condition === false) continue
    const properties = settled(declared.Properties, holds)
    resources.set(id, {
      id,
      type: declared.Type,
      properties: isRecord(properties) ? properties : {},
      dependsOn: [declared.DependsOn].flat().filter((each) => typeof each === 'string'),
      metadata: isRecord(declared.Metadata) ? declared.Metadata : {},
      conditional: condition === 'unknown',
    })
  }
  const macros = [value.Transform].flat().map((each: unknown) => (isRecord(each) ? each.Name : each))
  return {
    file,
    resources: expandSam(resources, isRecord(value.Globals) ? value.Globals : {}),
    declared: resources,
    macros: macros.filter((each) => typeof each === 'string'),
    line,
  }
}

/** The resources of a type. */
export function ofType(template: Template, ...types: readonly string[]): readonly Resource[] {
  return [...template.resources.values()].filter(({ type }) => types.includes(type))
}
