import remapping from '@jridgewell/remapping'
import { type Identifier, type Node, parse } from 'acorn'
import { ancestor } from 'acorn-walk'
import MagicString from 'magic-string'

/** A program, and the map that leads from it to its sources. */
export interface Mapped {
  readonly code: string
  /** JSON. */
  readonly map: string
}

/** Where a function begins and ends in a program, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Puts functions in parentheses, so that they are compiled together with the program. V8 otherwise reads a function twice: it
 * looks at it when the program is loaded, and compiles it when it is called; one that stands in parentheses it expects to be called.
 * For what nearly every start calls, that saves the first reading. https://v8.dev/blog/preparser
 *
 * A declaration at the top becomes a variable that comes first, as a declaration is there before all else. Methods and inner
 * declarations stay as they are.
 *
 * @param program An ES module.
 * @param called The functions that a start calls. A span that is none of a function is left alone.
 * @throws SyntaxError when the program is none.
 */
export function compileEarly(program: Mapped, called: readonly Span[]): Mapped {
  const spans = new Set(called.map(({ start, end }) => `${start}-${end}`))
  const text = new MagicString(program.code)
  const embrace = ({ start, end }: Node, before = '(', after = ')'): void => {
    text.appendRight(start, before)
    text.appendLeft(end, after)
  }
  const isCalled = ({ start, end }: Node): boolean => spans.has(`${start}-${end}`)
  const moved: { readonly id: Identifier; readonly declaration: Node }[] = []
  ancestor(parse(program.code, { ecmaVersion: 'latest', sourceType: 'module' }), {
    ArrowFunctionExpression(node) {
      if (isCalled(node)) embrace(node)
    },
    FunctionExpression(node, _, path) {
      if (isCalled(node) && !isMethod(path.at(-2))) embrace(node)
    },
    FunctionDeclaration(node, _, path) {
      if (isCalled(node) && node.id && path.at(-2)?.type === 'Program') moved.push({ id: node.id, declaration: node })
    },
  })
  for (const { id, declaration } of moved) {
    embrace(declaration, `var ${id.name}=(`, ');')
    // It gets the name of its variable.
    text.remove(id.start, id.end)
    if (declaration.start > 0) text.move(declaration.start, declaration.end, 0)
  }
  return { code: text.toString(), map: traced(text, program.map) }
}

/** Whether what stands in a node is a method, an accessor or a constructor, which is no expression. */
function isMethod(node: Node | undefined): boolean {
  return (
    node?.type === 'MethodDefinition' ||
    (node?.type === 'Property' && (('method' in node && node.method === true) || ('kind' in node && node.kind !== 'init')))
  )
}

function traced(text: MagicString, map: string): string {
  const source = 'before'
  const changed = text.generateMap({ source, hires: 'boundary' }).toString()
  return remapping(changed, (file) => (file === source ? map : null)).toString()
}
