/**
 * A text as one word of a POSIX shell, in quotes that nothing in it can end.
 *
 * @example
 * quoted("it's")     // 'it'\''s'
 * quoted('apps/my')  // apps/my
 */
export function quoted(text: string): string {
  return /^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
