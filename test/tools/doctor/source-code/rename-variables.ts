import { parse } from 'acorn'
import { resolveNames } from '../../../../src/tools/doctor/source-code/resolve-names.ts'

/** Renames the variables of a program consistently, except those that a declaration exports. Names of properties stay. */
export function renameVariables(code: string, prefix: string): string {
  const { nodes, variables } = resolveNames(parseEither(code))
  const kept = new Set<unknown>()
  const shorthands = new Set<unknown>()
  for (const node of nodes) {
    if (node.type === 'ExportNamedDeclaration' && node.declaration) {
      const exported = new Set(nodes.filter(({ start, end }) => node.start <= start && end <= node.end))
      const { declaration } = node
      const names = declaration.type === 'VariableDeclaration' ? declaration.declarations.map(({ id }) => id) : [declaration.id]
      for (const [identifier, variable] of variables) {
        if (exported.has(identifier) && names.some((name) => name.start <= identifier.start && identifier.end <= name.end))
          kept.add(variable)
      }
    }
    if (node.type === 'Property' && node.shorthand) shorthands.add(node.value.type === 'AssignmentPattern' ? node.value.left : node.value)
    // The local name of an export or import needs its outer name beside it.
    if (node.type === 'ExportNamedDeclaration')
      for (const { local, exported } of node.specifiers) if (local.start === exported.start) shorthands.add(local)
    if (node.type === 'ImportSpecifier' && node.local.start === node.imported.start) shorthands.add(node.local)
  }
  const numbers = new Map([...new Set(variables.values())].map((variable, at) => [variable, at]))
  const changes = [...variables].filter(([, variable]) => !kept.has(variable) && variable.argumentsOf === undefined)
  let text = code
  for (const [identifier, variable] of changes.toSorted(([left], [right]) => right.start - left.start)) {
    const name = `${prefix}${numbers.get(variable)}`
    const parent = nodes.find((node) => (node.type === 'ExportSpecifier' || node.type === 'ImportSpecifier') && node.local === identifier)
    const isShorthand = shorthands.has(identifier)
    const separator = parent === undefined ? ': ' : ' as '
    const renamed = !isShorthand
      ? name
      : parent?.type === 'ExportSpecifier'
        ? `${name}${separator}${identifier.name}`
        : `${identifier.name}${separator}${name}`
    text = `${text.slice(0, identifier.start)}${renamed}${text.slice(identifier.end)}`
  }
  return text
}

function parseEither(code: string) {
  const options = { ecmaVersion: 'latest', allowHashBang: true } as const
  try {
    return parse(code, { ...options, sourceType: 'module' })
  } catch {
    return parse(code, { ...options, sourceType: 'script', allowReturnOutsideFunction: true })
  }
}
