/**
 * Shortens a client's error classes, of which it has dozens and keeps each. What is left out says again what a class says of
 * itself: after `super`, its fields set the name and the fault. Its prototype it has to set, because the class above sets
 * that to its own.
 *
 * @returns undefined where the classes are written otherwise.
 */
export function shortenErrors(source: string): string | undefined {
  const repeated = /super\(\{\s*name: "\w+",\s*\$fault: "\w+",\s*\.\.\.opts,?\s*\}\);/g
  const [classes, calls] = [/^export class /gm, repeated].map((pattern) => source.match(pattern)?.length)
  return calls === classes ? source.replace(repeated, 'super(opts);') : undefined
}
