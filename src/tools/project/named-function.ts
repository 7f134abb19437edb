import { isKnown, parseReference, toSymbolic } from './symbolic.ts'
import type { Resource, Template } from './template.ts'

/** A function of the template, as a user pool or a permission names it. */
export interface NamedFunction {
  readonly lambda: Resource
  /** The name of an alias or the number of a version, converted by `toSymbolic`. Undefined if the function itself is named. */
  readonly qualifier: string | undefined
  /** True if the qualifier is a version that stays the same in the next deployment. */
  readonly isFixed: boolean
}

// The part of a function's ARN before the function's name.
const MARK = ':function:'
// A name and a qualifier. Placeholders may contain colons, as in `${AWS::StackName}`.
const QUALIFIED = /^((?:\$\{[^}]*\}|\$(?!\{)|[^:$])+)(?::((?:\$\{[^}]*\}|\$(?!\{)|[^:$])+))?$/
const DEEPEST = 2
// The CDK, the Serverless Framework and Terraform create a new version, which the user pool then calls, with each change of the code.
const GENERATED_VERSION = /CurrentVersion[\dA-Za-z]{8,}$|LambdaVersion[\dA-Za-z]{30,}$|\/version$/

/** Finds the function that a reference, an ARN or a name means. The text may name an alias or a version of the function. */
export function findFunction(template: Template, text: string, depth: number = 0): NamedFunction | undefined {
  const at = text.lastIndexOf(MARK)
  const [, name = '', qualifier] = QUALIFIED.exec(at < 0 ? text : text.slice(at + MARK.length)) ?? []
  const found = findByReference(template, name, depth) ?? findByName(template, name)
  if (found === undefined || qualifier === undefined || qualifier === '$LATEST') return found
  return { lambda: found.lambda, qualifier, isFixed: isFixed(template, qualifier) }
}

// CloudFormation shortens a long logical id in the name that it generates.
const LEAST_ID = 12

/**
 * Returns true if a text that `findFunction` does not know may name a function at deployment. Either the text is not known yet, or
 * CloudFormation may have generated it as the function's name, such as `shop-PreSignUp-1A2B3C`.
 */
export function mayName({ id, properties }: Resource, text: string): boolean {
  if (!isKnown(text)) return true
  const name = toSymbolic(properties.FunctionName)
  return name === undefined ? text.includes(`-${id.slice(0, LEAST_ID)}`) : !isKnown(name)
}

function findByName(template: Template, name: string): NamedFunction | undefined {
  const lambda = template.functions.get(name)
  return lambda && { lambda, qualifier: undefined, isFixed: false }
}

function findByReference(template: Template, name: string, depth: number): NamedFunction | undefined {
  const reference = parseReference(name)
  const found = template.resources.get(reference?.id ?? '')
  if (reference === undefined || found === undefined) return undefined
  const { id, attribute } = reference
  if (found.type === 'AWS::Lambda::Function') {
    // SAM replaces `!Ref Function.Alias` and `!Ref Function.Version` by the resources that AutoPublishAlias creates.
    if (attribute === 'Alias') return { lambda: found, qualifier: toSymbolic(found.properties.AutoPublishAlias) ?? name, isFixed: false }
    if (attribute === 'Version') return { lambda: found, qualifier: name, isFixed: false }
    return { lambda: found, qualifier: undefined, isFixed: false }
  }
  if ((found.type !== 'AWS::Lambda::Alias' && found.type !== 'AWS::Lambda::Version') || depth > DEEPEST) return undefined
  const inner = findFunction(template, toSymbolic(found.properties.FunctionName) ?? '', depth + 1)
  if (inner === undefined) return undefined
  if (found.type === 'AWS::Lambda::Version')
    return { lambda: inner.lambda, qualifier: `\${${id}.Version}`, isFixed: !GENERATED_VERSION.test(id) }
  return { lambda: inner.lambda, qualifier: toSymbolic(found.properties.Name) ?? name, isFixed: false }
}

function isFixed({ resources }: Template, qualifier: string): boolean {
  const id = parseReference(qualifier)?.id ?? ''
  return /^\d+$/.test(qualifier) || (resources.get(id)?.type === 'AWS::Lambda::Version' && !GENERATED_VERSION.test(id))
}
