/**
 * Shortens a client's error classes, of which it has dozens and keeps each. What is left out says again what the class says
 * of itself: its fields set the name and the fault after `super`, and the prototype of a class is right by itself.
 *
 * @returns undefined where the classes are written otherwise.
 */
export function shortenErrors(source: string): string | undefined {
  const classes = count(source, /^export class /gm)
  const prototypes = /^ *Object\.setPrototypeOf\(this, \w+\.prototype\);\n/gm
  const repeated = /super\(\{\s*name: "\w+",\s*\$fault: "\w+",\s*\.\.\.opts,?\s*\}\);/g
  if (count(source, prototypes) !== classes || count(source, repeated) !== classes) return undefined
  return source
    .replace(prototypes, '')
    .replace(repeated, 'super(opts);')
    .replace(/^ *constructor\(opts\) \{\s*super\(opts\);\s*\}\n/gm, '')
}

const count = (source: string, pattern: RegExp): number => source.match(pattern)?.length ?? 0
