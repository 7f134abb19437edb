import type { AnyNode, ExportDefaultDeclaration, ExportNamedDeclaration } from 'acorn'
import type { FunctionNode } from './resolve-names.ts'
import type { TracedValues } from './trace-values.ts'
import { EMPTY, isFunction, UNKNOWN, union, unionMap, type Values } from './values.ts'

/**
 * Finds the functions that a file exports by a name. There are several if the export depends on a condition.
 *
 * @returns The reason if the handler is not a function of the file.
 */
export function findHandlers(traced: TracedValues, exported: string): readonly FunctionNode[] | string {
  const values = [...union(findExported(traced, exported), traced.lookUp('exports', exported))]
  const functions = values.filter(isFunction)
  // A compiler writes `exports.handler = void 0` before the real value.
  const others = values.filter((value) => value !== 'other' && !isFunction(value))
  if (functions.length > 0 && others.length === 0) return functions
  return others.length === 0
    ? `the file shows no export '${exported}'`
    : `the file does not show the function behind the export '${exported}'`
}

/** Returns the values of an export of an ES module. */
function findExported(traced: TracedValues, exported: string): Values {
  return unionMap(traced.nodes, (node) => readExport(traced, node, exported))
}

function readExport(traced: TracedValues, node: AnyNode, exported: string): Values {
  if (node.type === 'ExportAllDeclaration' && !node.exported) return UNKNOWN
  if (node.type === 'ExportDefaultDeclaration' && exported === 'default') return traced.evaluate(readDefault(node))
  return node.type === 'ExportNamedDeclaration' ? readNamedExport(traced, node, exported) : EMPTY
}

function readDefault({ declaration }: ExportDefaultDeclaration): AnyNode {
  return declaration
}

function readNamedExport(traced: TracedValues, { declaration, source, specifiers }: ExportNamedDeclaration, exported: string): Values {
  const specifier = specifiers.find((each) => (each.exported.type === 'Identifier' ? each.exported.name : each.exported.value) === exported)
  if (specifier !== undefined) return source ? UNKNOWN : traced.evaluate(specifier.local)
  if (!declaration) return EMPTY
  if (declaration.type !== 'VariableDeclaration') return declaration.id.name === exported ? traced.evaluate(declaration.id) : EMPTY
  return unionMap(declaration.declarations, ({ id }) => findDeclared(traced, id, exported))
}

/** Returns the values of a variable that a pattern declares. */
function findDeclared(traced: TracedValues, pattern: AnyNode, name: string): Values {
  if (pattern.type === 'Identifier') return pattern.name === name ? traced.evaluate(pattern) : EMPTY
  // The properties of a destructured object are rarely functions of the file.
  return pattern.type === 'ObjectPattern'
    ? unionMap(pattern.properties, (each) => (each.type === 'Property' ? findDeclared(traced, each.value, name) : EMPTY))
    : EMPTY
}
