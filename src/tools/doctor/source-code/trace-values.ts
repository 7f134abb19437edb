import type { AnyNode, AssignmentExpression, CallExpression, ObjectExpression, Program } from 'acorn'
import { createEvaluator, type Evaluator } from './evaluator.ts'
import { type FunctionNode, type ResolvedNames, resolveNames } from './resolve-names.ts'
import { createValueStore, type ValueStore } from './value-store.ts'
import { EMPTY, isFunction, isObjectLike, PARAMETERS, skipArguments, UNKNOWN, union, unionMap, type Value, type Values } from './values.ts'

/** The values of a file's expressions, as far as they are known before it runs. */
export interface TracedValues
  extends ResolvedNames,
    Pick<ValueStore, 'lookUp' | 'listCopied' | 'listReturned'>,
    Pick<Evaluator, 'evaluate' | 'readName'> {
  /** Returns the nodes of the code that runs, as far as the file shows. */
  readonly listRunning: () => readonly AnyNode[]
  /** Binds the parameters of the functions to the arguments of a Lambda handler. Returns false if the file needs too many steps. */
  readonly bindHandlers: (functions: readonly FunctionNode[]) => boolean
}

// These limits end the analysis of a huge or hostile file. A real handler needs less than ten rounds.
const MOST_ROUNDS = 30
const MOST_STEPS = 5_000_000

/**
 * Finds the values of variables, properties and parameters by following assignments and calls within the file, until nothing changes.
 * The order of statements is ignored, so a variable has all values that are ever assigned to it. Functions that are not called are
 * skipped, because a bundle contains many of them.
 *
 * @returns undefined for a file that needs too many steps.
 */
export function traceValues(program: Program): TracedValues | undefined {
  const names = resolveNames(program)
  const store = createValueStore()
  const { lookUp, listReturned } = store
  const handlers = new Set<FunctionNode>()
  // The functions that run, as far as the file shows. The key undefined is the code outside functions.
  const entered = new Set<FunctionNode | undefined>([undefined])
  const { evaluate, readName, printPath, countSteps } = createEvaluator(names, store, handlers)

  const write = (object: Value, name: string, values: Values): void => {
    if (object === 'module' && name === 'exports') store.addCopied('exports', values)
    else if (isObjectLike(object)) store.addToProperty(object, name, values)
  }

  const assign = (target: AnyNode, values: Values): void => {
    switch (target.type) {
      case 'Identifier': {
        const variable = names.variables.get(target)
        if (variable !== undefined) store.addToVariable(variable, values)
        break
      }
      case 'MemberExpression': {
        const name = readName(target)
        if (name !== undefined) for (const each of evaluate(target.object)) write(each, name, values)
        break
      }
      case 'AssignmentPattern':
        assign(target.left, union(values, evaluate(target.right)))
        break
      case 'ObjectPattern':
        for (const each of target.properties) {
          if (each.type === 'RestElement') assign(each.argument, values)
          else {
            const name = readName(each)
            assign(each.value, name === undefined ? UNKNOWN : unionMap(values, (value) => lookUp(value, name)))
          }
        }
        break
      case 'ArrayPattern':
        for (const [index, each] of target.elements.entries()) {
          if (each?.type === 'RestElement')
            assign(
              each.argument,
              unionMap(values, (value) => skipArguments(value, index)),
            )
          else if (each)
            assign(
              each,
              unionMap(values, (value) => lookUp(value, String(index))),
            )
        }
        break
      default:
    }
  }

  /** Binds the parameters of the called functions of the file to the arguments of a call. */
  const bindCall = (call: CallExpression): void => {
    const { callee, arguments: args } = call
    const [target, ...sources] = args
    const path = printPath(callee)
    if (path === 'Object.assign' && target !== undefined) {
      for (const each of evaluate(target)) for (const source of sources) if (isObjectLike(each)) store.addCopied(each, evaluate(source))
    }
    if (path === 'Object.defineProperty' && target !== undefined) defineProperty(target, sources)
    const isCalled = callee.type === 'MemberExpression' && readName(callee) === 'call'
    const called = isCalled ? evaluate(callee.object) : evaluate(callee)
    for (const value of called) {
      if (!isFunction(value)) continue
      enter(value)
      bindParameters(value, isCalled ? sources : args)
    }
    if (handlers.size > 0) for (const arg of args) enterArgument(arg)
  }

  const enter = (node: FunctionNode): void => {
    entered.add(node)
  }

  /** Enters a function that a running handler passes on, such as to `then`. */
  const enterArgument = (arg: AnyNode): void => {
    if (arg.type !== 'SpreadElement') for (const value of evaluate(arg)) if (isFunction(value)) enter(value)
  }

  const bindParameters = ({ params }: FunctionNode, args: CallExpression['arguments']): void => {
    for (const [index, param] of params.entries()) {
      const spread = args.findIndex((arg) => arg.type === 'SpreadElement')
      const arg = args[index]
      if (spread >= 0 && spread <= index) {
        const list = args[spread]
        const values = list?.type === 'SpreadElement' ? evaluate(list.argument) : EMPTY
        const isRest = param.type === 'RestElement'
        const at = index - spread
        const bound = unionMap(values, (value) => (isRest ? skipArguments(value, at) : lookUp(value, String(at))))
        assign(isRest ? param.argument : param, bound)
      } else if (arg !== undefined && param.type !== 'RestElement') assign(param, evaluate(arg))
      else if (arg === undefined && param.type === 'AssignmentPattern') assign(param, EMPTY)
    }
  }

  const defineProperty = (target: AnyNode, [key, descriptor]: CallExpression['arguments']): void => {
    if (key?.type !== 'Literal' || descriptor === undefined) return
    for (const each of evaluate(descriptor)) {
      const values = union(lookUp(each, 'value'), callGetters(lookUp(each, 'get')))
      for (const object of evaluate(target)) write(object, String(key.value), values)
    }
  }

  const callGetters = (getters: Values): Values => unionMap(getters, (get) => (isFunction(get) ? listReturned(get) : EMPTY))

  const readProperty = (object: ObjectExpression, each: ObjectExpression['properties'][number]): void => {
    if (each.type === 'SpreadElement') {
      store.addCopied(object, evaluate(each.argument))
      return
    }
    const name = readName(each)
    if (name === undefined || each.kind === 'set') return
    const values = evaluate(each.value)
    write(object, name, each.kind === 'get' ? callGetters(values) : values)
  }

  const readAssignment = ({ left, operator, right }: AssignmentExpression): void => {
    const isPlain = operator === '=' || operator === '||=' || operator === '&&=' || operator === '??='
    assign(left, isPlain ? evaluate(right) : new Set(['other']))
  }

  const visit = (node: AnyNode): void => {
    switch (node.type) {
      case 'VariableDeclarator':
        if (node.init) assign(node.id, evaluate(node.init))
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        if (node.id) assign(node.id, new Set([node]))
        break
      case 'ArrowFunctionExpression':
        if (node.expression) store.addReturned(node, evaluate(node.body))
        break
      case 'ReturnStatement': {
        const inside = names.returns.get(node)
        if (inside !== undefined && node.argument) store.addReturned(inside, evaluate(node.argument))
        break
      }
      case 'AssignmentExpression':
        readAssignment(node)
        break
      case 'CallExpression':
        bindCall(node)
        break
      case 'NewExpression':
        if (handlers.size > 0) for (const arg of node.arguments) enterArgument(arg)
        break
      case 'ObjectExpression':
        for (const each of node.properties) readProperty(node, each)
        break
      // The values of these names are in another file, or are created by the loop or class.
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        assign(node.local, UNKNOWN)
        break
      case 'ClassDeclaration':
        if (node.id) assign(node.id, UNKNOWN)
        break
      default:
    }
  }

  const listRunning = (): readonly AnyNode[] => [...entered].flatMap((node) => names.byFunction.get(node) ?? [])

  const settle = (): boolean => {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const before = store.countAdditions() + entered.size
      for (const node of listRunning()) {
        if (countSteps() > MOST_STEPS) return false
        visit(node)
      }
      if (store.countAdditions() + entered.size === before) return true
    }
    return false
  }

  if (!settle()) return undefined
  return {
    ...names,
    listRunning,
    evaluate,
    readName,
    lookUp,
    listReturned,
    listCopied: store.listCopied,
    bindHandlers(functions) {
      for (const node of functions) {
        handlers.add(node)
        enter(node)
        for (const [index, param] of node.params.entries()) {
          if (param.type === 'RestElement') assign(param.argument, new Set([`args:${index}`]))
          else assign(param, new Set([PARAMETERS[index] ?? 'unknown']))
        }
      }
      return settle()
    },
  }
}
