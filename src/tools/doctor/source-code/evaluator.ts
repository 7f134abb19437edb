import type { AnyNode, AssignmentProperty, CallExpression, MemberExpression, Property } from 'acorn'
import type { FunctionNode, ResolvedNames } from './resolve-names.ts'
import type { ValueStore } from './value-store.ts'
import { isFunction, readGlobal, UNKNOWN, union, unionMap, type Values } from './values.ts'

/** Evaluates the expressions of a file, as far as they are known before it runs. */
export interface Evaluator {
  readonly evaluate: (node: AnyNode) => Values
  /** Returns the name of a property; undefined if it is known only at run time. */
  readonly readName: (node: MemberExpression | Property | AssignmentProperty) => string | undefined
  /** Returns a global name or property path, such as `Object.assign`; the empty string if a variable of the file has the name. */
  readonly printPath: (node: AnyNode) => string
  /** Returns the number of expressions that were evaluated so far. */
  readonly countSteps: () => number
}

// These functions return their first argument, or a copy of it.
const IDENTITIES: ReadonlySet<string> = new Set([
  ...['Object.assign', 'Object.freeze', 'Object.seal', 'Promise.resolve', 'JSON.parse', 'JSON.stringify', 'structuredClone'],
])
/**
 * Creates an evaluator.
 *
 * @param handlers The functions whose `arguments` are those of a Lambda handler. The caller may add functions later.
 */
export function createEvaluator({ variables }: ResolvedNames, store: ValueStore, handlers: ReadonlySet<FunctionNode>): Evaluator {
  const { lookUp, listReturned } = store
  let steps = 0

  const evaluate = (node: AnyNode): Values => {
    steps += 1
    switch (node.type) {
      case 'Identifier': {
        const variable = variables.get(node)
        if (variable === undefined) return new Set([readGlobal(node.name)])
        if (variable.argumentsOf !== undefined) return new Set([handlers.has(variable.argumentsOf) ? 'args:0' : 'unknown'])
        return store.readVariable(variable)
      }
      case 'Literal':
        return new Set([node.value === true ? 'true' : typeof node.value === 'string' ? `text:${node.value}` : 'other'])
      case 'TemplateLiteral': {
        const text = node.expressions.length === 0 ? node.quasis[0]?.value.cooked : undefined
        return new Set([typeof text === 'string' ? `text:${text}` : 'other'])
      }
      case 'UnaryExpression':
        if (node.operator === '!' && node.argument.type === 'Literal') return new Set([node.argument.value ? 'other' : 'true'])
        return new Set([node.operator === '!' || node.operator === 'delete' ? 'unknown' : 'other'])
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ObjectExpression':
        return new Set([node])
      case 'MemberExpression':
        return evaluateMember(node)
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return evaluate(node.expression)
      case 'AwaitExpression':
        return evaluate(node.argument)
      case 'ConditionalExpression':
        return union(evaluate(node.consequent), evaluate(node.alternate))
      case 'LogicalExpression':
        return node.operator === '&&' ? evaluate(node.right) : union(evaluate(node.left), evaluate(node.right))
      case 'SequenceExpression':
        return evaluate(node.expressions.at(-1) ?? node)
      case 'AssignmentExpression':
        return evaluate(node.right)
      case 'CallExpression':
        return evaluateCall(node)
      default:
        return UNKNOWN
    }
  }

  const readName = (node: MemberExpression | Property | AssignmentProperty): string | undefined => {
    const key = node.type === 'MemberExpression' ? node.property : node.key
    if (!node.computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) return key.name
    if (key.type === 'Literal') return String(key.value)
    const [value, another] = evaluate(key)
    return another === undefined && typeof value === 'string' && value.startsWith('text:') ? value.slice('text:'.length) : undefined
  }

  const evaluateMember = (node: MemberExpression): Values => {
    const name = readName(node)
    if (name === undefined) return UNKNOWN
    return unionMap(evaluate(node.object), (value) => lookUp(value, name))
  }

  const evaluateCall = ({ callee, arguments: args }: CallExpression): Values => {
    const [first] = args
    if (first !== undefined && IDENTITIES.has(printPath(callee))) return evaluate(first)
    if (callee.type === 'MemberExpression' && readName(callee) === 'bind' && args.length < 2) return evaluate(callee.object)
    return unionMap(evaluate(callee), (value) => (isFunction(value) ? listReturned(value) : UNKNOWN))
  }

  const printPath = (node: AnyNode): string => {
    if (node.type === 'Identifier') return variables.has(node) ? '' : node.name
    if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return ''
    const start = printPath(node.object)
    return start === '' ? '' : `${start}.${readName(node)}`
  }

  return { evaluate, readName, printPath, countSteps: () => steps }
}
