import { isBuiltin } from 'node:module'
import type { PluginBuild } from 'esbuild'

// Two forms of the same module. For `import`, an ES module whose names fall away one by one where nobody uses them; for
// `require`, the built-in itself, loaded when it is called for. An `import()` stays with Node: it promises every name.
const IMPORTED = 'lifeguard-builtin'
const REQUIRED = 'lifeguard-builtin-required'
const FORMS: ReadonlyMap<string, string> = new Map([
  ['import-statement', IMPORTED],
  ['require-call', REQUIRED],
])

// Those that take half a millisecond and more to load, and that Node has not loaded when it comes to a handler.
const COSTLY = ['child_process', 'crypto', 'dgram', 'http2', 'https', 'readline', 'repl', 'tls', 'v8', 'worker_threads', 'zlib']

/**
 * Takes Node's own modules from `process.getBuiltinModule` rather than by `import`. An `import` of a built-in reads every name
 * that the module has, and among those of `node:http` are getters that load a whole HTTP client; it also stays in a bundle
 * when all that used it is gone. Functions of a module that is slow to load bring it in when they are called.
 */
export function takeBuiltins(build: PluginBuild): void {
  build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
    const namespace = FORMS.get(kind)
    if (!isBuiltin(path) || namespace === undefined) return undefined
    return { path: path.startsWith('node:') ? path : `node:${path}`, namespace, sideEffects: false }
  })
  build.onLoad({ filter: /./, namespace: IMPORTED }, ({ path }) => ({ contents: asModule(path) }))
  build.onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({ contents: `module.exports = ${formatBuiltin(path)}` }))
}

const formatBuiltin = (path: string): string => `process.getBuiltinModule(${JSON.stringify(path)})`

/** The names are those of the Node that bundles: one that it does not know is an error of the build, as in any module. */
function asModule(path: string): string {
  const names = Object.keys(Object(process.getBuiltinModule(path))).filter((name) => /^[\w$]+$/.test(name) && name !== 'default')
  return [
    'let taken',
    `const take = () => taken ??= ${formatBuiltin(path)}`,
    'const whole = /* @__PURE__ */ take()',
    'export default whole',
    // A name of its own for each, since some, such as `constants` or `process`, would shadow what is used here. A call,
    // because a bare property may be a getter and would never be left out.
    ...names.map((name) => {
      const value = waits(path, name) ? `(...args) => take().${name}(...args)` : `/* @__PURE__ */ (() => take().${name})()`
      return `const its_${name} = ${value}\nexport { its_${name} as ${name} }`
    }),
  ].join('\n')
}

/**
 * Whether another function may stand for this one until it is called: not for a class, and not for a function that
 * carries something, such as what `promisify` makes of it.
 */
function waits(path: string, name: string): boolean {
  if (!COSTLY.includes(path.replace('node:', '')) || !/^[a-z]/.test(name)) return false
  const { value } = Object.getOwnPropertyDescriptor(Object(process.getBuiltinModule(path)), name) ?? {}
  return typeof value === 'function' && Reflect.ownKeys(value).every((key) => key === 'name' || key === 'length' || key === 'prototype')
}
