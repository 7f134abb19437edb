import type {
  AnonymousFunctionDeclaration,
  AnyNode,
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Program,
  ReturnStatement,
} from 'acorn'
import { isObject } from '../../../shared/rules/invocation.ts'

/** A function of the source. */
export type FunctionNode = FunctionDeclaration | AnonymousFunctionDeclaration | FunctionExpression | ArrowFunctionExpression

/** A variable, parameter, function, class or import of the source. */
export interface Variable {
  /** The function whose `arguments` object this is; undefined for any other variable. */
  readonly argumentsOf: FunctionNode | undefined
}

/** All nodes of a syntax tree, with the variables that identifiers refer to. */
export interface ResolvedNames {
  readonly nodes: readonly AnyNode[]
  /** The nodes of each function, without those of inner functions. The key undefined has the nodes outside functions. */
  readonly byFunction: ReadonlyMap<FunctionNode | undefined, readonly AnyNode[]>
  /** Does not contain global names, such as `process`. */
  readonly variables: ReadonlyMap<Identifier, Variable>
  readonly returns: ReadonlyMap<ReturnStatement, FunctionNode>
}

interface Scope {
  readonly variables: Map<string, Variable>
  readonly parent: Scope | undefined
  /** The function around the code; undefined for code at the top level. */
  readonly inside: FunctionNode | undefined
  /** The scope of the function or program, which gets the variables that `var` declares. */
  readonly hoisted: Scope | undefined
}

/** Resolves the names of a program. Lists the nodes in a loop, because a recursive walk of a deep tree overflows the stack. */
export function resolveNames(program: Program): ResolvedNames {
  const nodes: AnyNode[] = []
  const byFunction = new Map<FunctionNode | undefined, AnyNode[]>()
  const references: { readonly node: Identifier; readonly scope: Scope }[] = []
  const returns = new Map<ReturnStatement, FunctionNode>()
  const pending: { readonly node: AnyNode; readonly scope: Scope }[] = [{ node: program, scope: createScope(undefined, undefined, true) }]
  for (const { node, scope } of pending) {
    nodes.push(node)
    const siblings = byFunction.get(scope.inside) ?? []
    byFunction.set(scope.inside, siblings)
    siblings.push(node)
    if (node.type === 'Identifier') references.push({ node, scope })
    if (node.type === 'ReturnStatement' && scope.inside !== undefined) returns.set(node, scope.inside)
    declareNames(node, scope)
    const inner = openScope(node, scope)
    for (const child of listChildren(node)) {
      const isOuterName = node.type === 'FunctionDeclaration' && child === node.id
      pending.push({ node: child, scope: isOuterName ? scope : inner })
    }
  }
  const variables = new Map<Identifier, Variable>()
  for (const { node, scope } of references) {
    const variable = findVariable(scope, node.name)
    if (variable !== undefined) variables.set(node, variable)
  }
  return { nodes, byFunction, variables, returns }
}

function createScope(parent: Scope | undefined, inside: FunctionNode | undefined, hoists: boolean): Scope {
  return { variables: new Map(), parent, inside, hoisted: hoists ? undefined : (parent?.hoisted ?? parent) }
}

function findVariable(scope: Scope, name: string): Variable | undefined {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    const found = each.variables.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

function declare(scope: Scope, name: string, argumentsOf?: FunctionNode): void {
  // The same name may be declared twice, by `var` or as a parameter.
  if (!scope.variables.has(name)) scope.variables.set(name, { argumentsOf })
}

/** Declares the names that a node adds to the scope around it. */
function declareNames(node: AnyNode, scope: Scope): void {
  if (node.type === 'VariableDeclaration') {
    const target = node.kind === 'var' ? (scope.hoisted ?? scope) : scope
    for (const { id } of node.declarations) for (const { name } of listPatternNames(id)) declare(target, name)
  } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    // The function of `export default function () {}` has no name.
    if (node.id) declare(scope, node.id.name)
  } else if (node.type === 'ImportSpecifier' || node.type === 'ImportDefaultSpecifier' || node.type === 'ImportNamespaceSpecifier') {
    declare(scope, node.local.name)
  }
}

/** Returns the scope of a node's children. */
function openScope(node: AnyNode, scope: Scope): Scope {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const inner = createScope(scope, node, true)
      for (const param of node.params) for (const { name } of listPatternNames(param)) declare(inner, name)
      if (node.type !== 'ArrowFunctionExpression') declare(inner, 'arguments', node)
      if (node.type === 'FunctionExpression' && node.id) declare(inner, node.id.name)
      return inner
    }
    case 'CatchClause': {
      const inner = createScope(scope, scope.inside, false)
      for (const { name } of node.param ? listPatternNames(node.param) : []) declare(inner, name)
      return inner
    }
    case 'ClassExpression': {
      const inner = createScope(scope, scope.inside, false)
      if (node.id) declare(inner, node.id.name)
      return inner
    }
    case 'StaticBlock':
      return createScope(scope, undefined, true)
    case 'BlockStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'SwitchStatement':
      return createScope(scope, scope.inside, false)
    default:
      return scope
  }
}

function listPatternNames(pattern: AnyNode): readonly Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern]
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) => listPatternNames(each.type === 'RestElement' ? each.argument : each.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((each) => (each ? listPatternNames(each) : []))
    case 'AssignmentPattern':
      return listPatternNames(pattern.left)
    case 'RestElement':
      return listPatternNames(pattern.argument)
    default:
      return []
  }
}

/** Returns the child nodes, without identifiers that do not refer to variables, such as the names of properties. */
function listChildren(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object]
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return [...(node.computed ? [node.key] : []), ...(node.value ? [node.value] : [])]
    case 'LabeledStatement':
      return [node.body]
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ExportAllDeclaration':
      return []
    case 'ImportDeclaration':
      return node.specifiers
    case 'ImportSpecifier':
    case 'ExportSpecifier':
      return [node.local]
    case 'ExportNamedDeclaration':
      // With a source, the names are those of the other file.
      return node.declaration ? [node.declaration] : node.source ? [] : node.specifiers
    default:
      return Object.values(node).flat().filter(isNode)
  }
}

function isNode(value: unknown): value is AnyNode {
  return isObject(value) && typeof value.type === 'string' && 'start' in value
}
