/** Matches an error class that only sets its name, its `$fault` (client or server), and fields of the response. */
const CLASS =
  /^export class (\w+) extends (\w+) \{\s*static shapeId = "([\w.]+)#\1";\s*name = "\1";\s*\$fault = "(client|server)";\s*((?:\w+;\s*)*)constructor\(opts\) \{\s*super\(opts\);\s*Object\.setPrototypeOf\(this, \1\.prototype\);\s*((?:this\.(\w+) = opts\.\7;\s*)*)\}\s*\}/gm

/**
 * Shortens a client's error classes, because a client has dozens of them and esbuild keeps all.
 *
 * Each class passes its name and fault to `super` and sets them again as class fields, so the argument of `super` is removed. The
 * call that sets the prototype stays, because the base class sets its own. Classes that then differ only in names are created by
 * one function.
 *
 * @returns undefined if the classes have an unexpected form.
 */
export function shortenErrors(source: string): string | undefined {
  const repeated = /super\(\{\s*name: "\w+",\s*\$fault: "\w+",\s*\.\.\.opts,?\s*\}\);/g
  const [classes, calls] = [/^export class /gm, repeated].map((pattern) => source.match(pattern)?.length)
  if (calls !== classes) return undefined
  const bases = new Map<string, string>()
  const short = source.replace(repeated, 'super(opts);').replace(CLASS, (whole, name, base, namespace, fault, declared, set) => {
    const fields = matchNames(declared, /(\w+);/g)
    if (matchNames(set, /this\.(\w+)/g).join() !== fields.join() || (bases.get(base) ?? namespace) !== namespace) return whole
    bases.set(base, namespace)
    return `export const ${name} = /* @__PURE__ */ create${base}(${[name, fault, ...fields].map((text) => JSON.stringify(text)).join(', ')});`
  })
  return `${short}\n${[...bases].map(formatMaker).join('\n')}`
}

const matchNames = (text: string, pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].flatMap(([, name]) => name ?? [])

/** Returns the source of a function declaration. Hoisting makes the function available to the classes above it. */
const formatMaker = ([base, namespace]: readonly [string, string]): string => `function create${base}(name, $fault, ...fields) {
  const known = { [name]: class extends ${base} {
    static shapeId = "${namespace}#" + name

    constructor(opts) {
      super(opts)
      this.name = name
      this.$fault = $fault
      Object.setPrototypeOf(this, known.prototype)
      for (const field of fields) this[field] = opts[field]
    }
  } }[name]
  return known
}`
