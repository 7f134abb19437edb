// Controls and formats (C0, DEL, C1, bidi, zero width, tags), line and paragraph separators, lone surrogates, and everything
// else that Unicode lets a renderer leave out: fillers, variation selectors, reserved invisible characters.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * Escapes the characters of a text that steer a terminal or cannot be seen, line breaks included. The escapes are those of JSON,
 * so JSON text keeps its meaning. Escaping a text twice is the same as escaping it once.
 *
 * @example
 * escapeText('a\u001b[2Jb\n') // 'a\\u001b[2Jb\\n'
 */
export function escapeText(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => SHORT.get(character) ?? character.replaceAll(/./gs, escapeUnit))
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
