import type { AnyNode, CallExpression } from 'acorn'
import { MASKED_MESSAGE } from '../../../shared/lambda/errors.ts'
import { findHandlers } from './find-handler.ts'
import { type ParsedSource, parseSource } from './parse-source.ts'
import type { FunctionNode } from './resolve-names.ts'
import { type TracedValues, traceValues } from './trace-values.ts'
import { isFunction, type Value, type Values } from './values.ts'

/** The answer to a question about a source. `unknown` if the source does not show the answer. */
export type Fact =
  | { readonly kind: 'yes'; readonly line: number }
  | { readonly kind: 'no' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** The facts that a handler's source shows. Comments and strings have no influence. */
export interface SourceFacts {
  /** Does the handler take a callback: a third parameter, or the third of its arguments? */
  readonly takesCallback: Fact
  /** Does the handler call a method of its context that Lambda removed? */
  readonly callsRemovedMethod: Fact
  /** The name of that method; undefined if the handler calls none. */
  readonly removedMethod: string | undefined
  /** Does the handler set `response.autoVerifyEmail` to a value that may be true? */
  readonly verifiesEmail: Fact
  /** Does the file write a property of this name? */
  readonly writesProperty: (name: string) => Fact
  /** Does the file write a property of this name, with a value that may be a text? */
  readonly writesText: (name: string) => Fact
  /** Does the file contain this text as a string? */
  readonly hasText: (text: string) => Fact
  /** True if the file imports Lifeguard, or is a bundle that contains Lifeguard. */
  readonly usesLifeguard: boolean
  /** The first syntax error of the source; undefined if it has none. */
  readonly syntaxError: string | undefined
}

const NO: Fact = { kind: 'no' }

/**
 * Reads the facts of a handler's source.
 *
 * @param file The file's name. Its extension decides if the source is TypeScript.
 * @param exported The name of the handler's export.
 */
export async function readSourceFacts(file: string, text: string, exported: string): Promise<SourceFacts> {
  const parsed = await parseSource(file, text)
  if ('reason' in parsed) return { ...createUnknownFacts(parsed.reason), ...(parsed.isSyntaxError && { syntaxError: parsed.reason }) }
  try {
    return collectFacts(parsed, exported)
  } catch (error) {
    if (error instanceof RangeError) return createUnknownFacts('the code is nested too deeply')
    throw error
  }
}

function createUnknownFacts(reason: string): SourceFacts {
  const unknown: Fact = { kind: 'unknown', reason }
  return {
    takesCallback: unknown,
    callsRemovedMethod: unknown,
    removedMethod: undefined,
    verifiesEmail: unknown,
    writesProperty: () => unknown,
    writesText: () => unknown,
    hasText: () => unknown,
    usesLifeguard: false,
    syntaxError: undefined,
  }
}

function collectFacts({ program, findLine }: ParsedSource, exported: string): SourceFacts {
  const traced = traceValues(program)
  if (traced === undefined) return createUnknownFacts('the code is too complex')
  const toFact = (node: AnyNode | undefined): Fact => (node === undefined ? NO : { kind: 'yes', line: findLine(node) })
  const writesProperty = (name: string): Fact => toFact(listWrites(traced, name).find(({ values }) => mayBeSet(values))?.node)
  const writesText = (name: string): Fact => toFact(listWrites(traced, name).find(({ values }) => mayBeText(values))?.node)
  const hasText = (text: string): Fact => toFact(traced.nodes.find((node) => node.type === 'Literal' && node.value === text))
  const usesLifeguard = traced.nodes.some(isLifeguard)
  const handlers = findHandlers(traced, exported)
  if (typeof handlers === 'string') return { ...createUnknownFacts(handlers), writesProperty, writesText, hasText, usesLifeguard }
  if (!traced.bindHandlers(handlers))
    return { ...createUnknownFacts('the code is too complex'), writesProperty, writesText, hasText, usesLifeguard }
  const call = findRemovedCall(traced)
  return {
    takesCallback: findCallback(traced, handlers, toFact),
    callsRemovedMethod: toFact(call?.node),
    removedMethod: call?.method,
    verifiesEmail: findVerification(traced, handlers, toFact),
    writesProperty,
    writesText,
    hasText,
    usesLifeguard,
    syntaxError: undefined,
  }
}

/** Returns true for the package's name in an import or `require`, and for a text that every bundle of a Lifeguard handler contains. */
export function isLifeguard(node: AnyNode): boolean {
  if (node.type === 'ImportDeclaration') return isPackage(node.source.value)
  if (node.type === 'ImportExpression') return node.source.type === 'Literal' && isPackage(node.source.value)
  if (node.type === 'CallExpression') {
    const [name] = node.arguments
    return node.callee.type === 'Identifier' && node.callee.name === 'require' && name?.type === 'Literal' && isPackage(name.value)
  }
  return node.type === 'Literal' && node.value === MASKED_MESSAGE
}

function isPackage(name: unknown): boolean {
  return typeof name === 'string' && /^cognito-lifeguard(?:\/|$)/.test(name)
}

function findCallback(traced: TracedValues, handlers: readonly FunctionNode[], toFact: (node: AnyNode | undefined) => Fact): Fact {
  // Lambda rejects a handler with a third parameter, even if the handler does not use the parameter.
  const third = handlers
    .map(({ params }) => params[2])
    .find((param) => param && param.type !== 'RestElement' && param.type !== 'AssignmentPattern')
  if (third !== undefined) return toFact(third)
  const calls = traced.listRunning().filter((node) => node.type === 'CallExpression')
  const hasDefault = handlers.some(({ params }) => params[2]?.type === 'AssignmentPattern')
  const called = calls.find((call) => listUsed(traced, call).some((value) => value === 'callback'))
  if (called !== undefined) return hasDefault ? { kind: 'unknown', reason: 'its third parameter has a default value' } : toFact(called)
  const passing = calls.some(
    ({ callee, arguments: args }) => args.some((arg) => passesCallback(traced, arg)) && ![...traced.evaluate(callee)].every(isFunction),
  )
  return passing ? { kind: 'unknown', reason: 'it passes all of its arguments to a function of another file' } : NO
}

/** Returns true if an argument, such as `...args` or `arguments`, contains the handler's third argument. */
function passesCallback(traced: TracedValues, arg: AnyNode): boolean {
  const values = traced.evaluate(arg.type === 'SpreadElement' ? arg.argument : arg)
  return [...values].some((value) => typeof value === 'string' && /^args:[012]$/.test(value))
}

/** Returns the values of the functions that a call uses: the called function, and functions that it passes on, as to `then`. */
function listUsed(traced: TracedValues, { callee, arguments: args }: CallExpression): readonly Value[] {
  return [...traced.evaluate(callee), ...args.flatMap((arg) => (arg.type === 'SpreadElement' ? [] : [...traced.evaluate(arg)]))]
}

function findRemovedCall(traced: TracedValues): { readonly node: AnyNode; readonly method: string } | undefined {
  for (const node of traced.listRunning()) {
    if (node.type !== 'CallExpression') continue
    for (const value of listUsed(traced, node)) {
      if (typeof value === 'string' && value.startsWith('context.')) return { node, method: value.slice('context.'.length) }
    }
  }
  return undefined
}

function findVerification(traced: TracedValues, handlers: readonly FunctionNode[], toFact: (node: AnyNode | undefined) => Fact): Fact {
  const writes = listWrites(traced, 'autoVerifyEmail').filter(({ values }) => mayBeTrue(values))
  const responses = listResponses(traced, handlers)
  const certain = writes.find(({ objects }) => [...objects].some((object) => responses.has(object)))
  if (certain !== undefined) return toFact(certain.node)
  return writes.length === 0 ? NO : { kind: 'unknown', reason: 'it sets autoVerifyEmail of an object that may be the response' }
}

interface Write {
  readonly node: AnyNode
  /** The objects whose property is written. */
  readonly objects: Values
  readonly values: Values
}

/** Returns the places that write a property of the given name: assignments and the properties of object literals. */
function listWrites(traced: TracedValues, name: string): readonly Write[] {
  return traced.nodes.flatMap((node): readonly Write[] => {
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && traced.readName(node.left) === name)
      return [{ node, objects: traced.evaluate(node.left.object), values: traced.evaluate(node.right) }]
    if (node.type !== 'ObjectExpression') return []
    return node.properties.flatMap((each): readonly Write[] => {
      if (each.type === 'SpreadElement' || traced.readName(each) !== name) return []
      return [{ node: each, objects: new Set([node]), values: traced.evaluate(each.value) }]
    })
  })
}

/** Returns the objects that may be the response which Cognito gets. */
function listResponses(traced: TracedValues, handlers: readonly FunctionNode[]): Values {
  const answers = new Set<Value>(['event', ...handlers.flatMap((handler) => [...traced.listReturned(handler)])])
  for (const node of traced.listRunning()) {
    // `{ ...event, response }` is an answer, even if a callback returns it.
    if (node.type === 'ObjectExpression' && traced.listCopied(node).has('event')) answers.add(node)
    if (node.type !== 'CallExpression') continue
    const callee = traced.evaluate(node.callee)
    const answer =
      callee.has('callback') || callee.has('context.done')
        ? node.arguments[1]
        : callee.has('context.succeed')
          ? node.arguments[0]
          : undefined
    for (const value of answer === undefined ? [] : traced.evaluate(answer)) answers.add(value)
  }
  const responses = [...answers]
    .flatMap((answer) => [...traced.lookUp(answer, 'response')])
    .filter((value) => value === 'event.response' || (typeof value !== 'string' && !isFunction(value)))
  return new Set(responses.flatMap((response) => [response, ...traced.listCopied(response)]))
}

/** Returns false if all values are constants other than true. An expression without known values may be true. */
function mayBeTrue(values: Values): boolean {
  return values.size === 0 || [...values].some((value) => typeof value === 'string' && value !== 'other' && !value.startsWith('text:'))
}

/** Returns false if all values are constants such as null, undefined or a number. */
function mayBeSet(values: Values): boolean {
  return values.size === 0 || [...values].some((value) => value !== 'other' && !(typeof value === 'string' && value.startsWith('text:')))
}

/** Returns false if all values are constants other than a text. */
function mayBeText(values: Values): boolean {
  return values.size === 0 || [...values].some((value) => value !== 'other')
}
