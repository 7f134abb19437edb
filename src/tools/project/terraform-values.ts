import { isObject } from '../../shared/rules/invocation.ts'

type Values = Readonly<Record<string, unknown>>

/** A resource of a Terraform plan or state. Resources with `count` or `for_each` have several instances. */
export interface Instance {
  readonly address: string
  readonly type: string
  readonly name: string
  /** The address of its module, such as `module.auth`; empty for the root module. */
  readonly module: string
  readonly values: Values
}

// Values that a state or plan knows, and the deepest chain of variables and outputs between modules.
const DEEPEST = 20

/** Converts an address to an id without dots, because a dot separates the attribute in a reference. */
export function toId(address: string): string {
  return address.replaceAll('.', '/').replaceAll(/["{}]/g, '')
}

/** Returns the instances of all modules. */
export function listInstances(plan: Values): readonly Instance[] {
  const found: Instance[] = []
  const visit = (module: unknown, depth: number): void => {
    if (!isObject(module) || depth > DEEPEST) return
    const { resources, child_modules: children, address } = module
    for (const each of Array.isArray(resources) ? resources : []) {
      if (!isObject(each) || typeof each.address !== 'string') continue
      const own = {
        address: each.address,
        type: String(each.type),
        name: String(each.name),
        values: isObject(each.values) ? each.values : {},
      }
      found.push({ ...own, module: typeof address === 'string' ? address : '' })
    }
    for (const child of Array.isArray(children) ? children : []) visit(child, depth + 1)
  }
  const state = isObject(plan.planned_values) ? plan.planned_values : plan.values
  visit(isObject(state) ? state.root_module : undefined, 0)
  return found
}

/** Creates a function that returns the values of an instance. References and unknown values have the form of CloudFormation. */
export function createTerraformResolver(plan: Values, instances: readonly Instance[]): (instance: Instance) => Values {
  const modules = listModules(plan)
  const changes = new Map<unknown, unknown>()
  for (const change of Array.isArray(plan.resource_changes) ? plan.resource_changes : []) {
    if (isObject(change) && isObject(change.change)) changes.set(change.address, change.change.after_unknown)
  }
  const known = new Map(instances.flatMap((instance) => listKnownNames(instance)))

  const resolve = (references: unknown, at: string, depth: number): unknown => {
    // Terraform lists `a.b.arn` and then also `a.b`.
    const all = (Array.isArray(references) ? references : []).filter((each) => typeof each === 'string')
    const [reference, another] = all.filter((each) => !all.some((other) => other !== each && other.startsWith(`${each}.`)))
    if (reference === undefined || another !== undefined || depth > DEEPEST) return toUnknown(all.join(', '))
    const module = modules.get(at)
    const [first = '', second = '', third = ''] = reference.split('.')
    if (first === 'var')
      return module?.call === undefined ? toUnknown(reference) : resolve(readReferences(module.call, second), module.parent, depth + 1)
    if (first === 'module') {
      const inner = `${at === '' ? '' : `${at}.`}module.${second}`
      return resolve(readReferences(modules.get(inner)?.outputs, third), inner, depth + 1)
    }
    const address = `${at === '' ? '' : `${at}.`}${first}.${second}`
    const targets = instances.filter(({ address: each }) => each === address || (!address.endsWith(']') && each.startsWith(`${address}[`)))
    const [target, more] = targets
    return target === undefined || more !== undefined ? toUnknown(reference) : toReference(target, third)
  }

  const merge = (value: unknown, unknown: unknown, expression: unknown, at: string): unknown => {
    if (unknown === true) {
      // A value without an expression is computed by AWS, so the setting is not set.
      if (expression === undefined) return undefined
      if (isObject(expression) && Array.isArray(expression.references)) return resolve(expression.references, at, 0)
      return toUnknown('value')
    }
    if (typeof value === 'string') return known.get(value) ?? value
    if (Array.isArray(value)) {
      const inner = Array.isArray(unknown) ? unknown : []
      return Array.from({ length: Math.max(value.length, inner.length) }, (_, index) =>
        merge(value[index], inner[index], Array.isArray(expression) ? expression[index] : expression, at),
      )
    }
    if (!isObject(value) && !isObject(unknown)) return value
    const [own, open, written] = [value, unknown, expression].map((each): Values => (isObject(each) ? each : {}))
    const keys = new Set([...Object.keys(own ?? {}), ...Object.keys(open ?? {})])
    return Object.fromEntries(
      [...keys].map((key) => {
        // A map such as `variables` has one expression for all its keys, so a key of it is unknown.
        const isMap = Array.isArray(written?.references)
        const inner = isMap ? { references: [] } : written?.[key]
        return [key, merge(own?.[key], open?.[key], inner, at)]
      }),
    )
  }

  return ({ address, module, type, name, values }) => {
    const at = module.replaceAll(/\[[^\]]*\]/g, '')
    const expressions = modules.get(at)?.resources.get(`${type}.${name}`)
    const merged = merge(values, changes.get(address), expressions ?? toUnknown(address), at)
    return isObject(merged) ? merged : {}
  }
}

/** Returns the value of a property that is known only after Terraform is applied. */
function toUnknown(what: string): object {
  return { 'Fn::Terraform': what }
}

/** Converts a reference such as `aws_lambda_function.x.arn` to the form of CloudFormation. */
function toReference({ address, type, values }: Instance, attribute: string): unknown {
  const id = toId(address)
  const isArn = attribute === 'arn'
  if (type === 'aws_lambda_alias' || type === 'aws_iam_policy') return isArn ? { Ref: id } : toUnknown(`${address}.${attribute}`)
  if (type === 'aws_lambda_function' && attribute === 'qualified_arn')
    return values.publish === true ? { Ref: `${id}/version` } : { Ref: id }
  if (isArn) return { 'Fn::GetAtt': [id, 'Arn'] }
  return ['id', 'name', 'function_name'].includes(attribute) ? { Ref: id } : toUnknown(`${address}.${attribute}`)
}

/** Returns the ARN and id of an instance that are known, with the references that mean the same. */
function listKnownNames(instance: Instance): readonly (readonly [string, unknown])[] {
  const { type, values } = instance
  const attributes = type === 'aws_cognito_user_pool' ? ['arn', 'id'] : type.startsWith('aws_iam_') ? ['arn'] : []
  return attributes.flatMap((attribute) => {
    const value = values[attribute]
    return typeof value === 'string' && value !== '' ? [[value, toReference(instance, attribute)] as const] : []
  })
}

interface Module {
  readonly parent: string
  /** The arguments that the parent passes. */
  readonly call: unknown
  readonly outputs: unknown
  readonly resources: ReadonlyMap<string, unknown>
}

/** Returns the modules of the configuration by address. */
function listModules({ configuration }: Values): ReadonlyMap<string, Module> {
  const found = new Map<string, Module>()
  const visit = (module: unknown, address: string, parent: string, call: unknown, depth: number): void => {
    if (!isObject(module) || depth > DEEPEST) return
    const { resources, outputs, module_calls: calls } = module
    const declared = (Array.isArray(resources) ? resources : []).filter(isObject)
    const expressions = declared.map((each) => [`${String(each.type)}.${String(each.name)}`, each.expressions] as const)
    const exported = isObject(outputs)
      ? Object.entries(outputs).map(([name, output]) => [name, isObject(output) ? output.expression : undefined])
      : []
    found.set(address, { parent, call, outputs: Object.fromEntries(exported), resources: new Map(expressions) })
    for (const [name, inner] of Object.entries(isObject(calls) ? calls : {})) {
      if (isObject(inner))
        visit(inner.module, `${address === '' ? '' : `${address}.`}module.${name}`, address, inner.expressions, depth + 1)
    }
  }
  visit(isObject(configuration) ? configuration.root_module : undefined, '', '', undefined, 0)
  return found
}

function readReferences(expressions: unknown, name: string): unknown {
  const expression = isObject(expressions) ? expressions[name] : undefined
  return isObject(expression) ? expression.references : undefined
}
