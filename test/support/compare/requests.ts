/**
 * Returns a request to DynamoDB or SES in a normal form, so that equivalent expressions are equal. Replaces placeholders by names and
 * values, sorts the clauses of an update, and removes parentheses around a whole condition.
 */
export function requestText(target: string, body: string): string {
  if (target === 'SES') return `SES ${[...new URLSearchParams(body)].toSorted(([a], [b]) => (a < b ? -1 : 1)).join('&')}`
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {}, ...input } = JSON.parse(body)
  const fill = (expression: string): string =>
    expression
      .replace(/#\w+/g, (name) => String(names[name] ?? `unknown ${name}`))
      .replace(/:\w+/g, (value) => JSON.stringify(values[value] ?? `unknown ${value}`))
  const entries = Object.entries<unknown>(input).map(([key, value]): [string, unknown] => {
    if (typeof value !== 'string' || !key.endsWith('Expression')) return [key, value]
    const text = fill(value)
    return [key, key === 'UpdateExpression' ? sortedUpdate(text) : withoutOuterParentheses(text)]
  })
  return `${target} ${JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))))}`
}

function sortedUpdate(text: string): string {
  const clauses = text.split(/ ?\b(SET|ADD|REMOVE|DELETE) /).slice(1)
  const lines: string[] = []
  for (let at = 0; at < clauses.length; at += 2)
    lines.push(
      `${clauses[at]} ${topLevel(clauses[at + 1] ?? '')
        .toSorted()
        .join(', ')}`,
    )
  return lines.toSorted().join(' ')
}

/** Splits a list at its commas outside of parentheses, braces and quotes. */
function topLevel(text: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  walk(text, (at, depth) => {
    if (depth === 0 && text.startsWith(', ', at)) {
      parts.push(text.slice(from, at))
      from = at + 2
    }
  })
  return [...parts, text.slice(from)]
}

function withoutOuterParentheses(text: string): string {
  if (!text.startsWith('(')) return text
  let closes = -1
  walk(text, (at, depth) => {
    if (closes === -1 && depth === 0 && text[at] === ')') closes = at
  })
  return closes === text.length - 1 ? withoutOuterParentheses(text.slice(1, -1)) : text
}

/** Calls `visit` for each character outside of quotes, with the nesting depth of brackets after that character. */
function walk(text: string, visit: (at: number, depth: number) => void): void {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"' && text[at - 1] !== '\\') quoted = !quoted
    if (quoted) continue
    if ('({'.includes(text[at] ?? '')) depth += 1
    if (')}'.includes(text[at] ?? '')) depth -= 1
    visit(at, depth)
  }
}
