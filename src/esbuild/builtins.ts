import { isBuiltin } from 'node:module'
import type { PluginBuild } from 'esbuild'

// The plugin replaces an imported built-in by an ES module whose unused exports esbuild can drop, and a required one by the built-in
// itself. It does not rewrite `import()`, because the result must have every export.
const IMPORTED = 'lifeguard-builtin'
const REQUIRED = 'lifeguard-builtin-required'
const FORMS: ReadonlyMap<string, string> = new Map([
  ['import-statement', IMPORTED],
  ['require-call', REQUIRED],
])

// Modules that take at least half a millisecond to load, and that Node has not loaded before it loads a handler.
const COSTLY = ['child_process', 'crypto', 'dgram', 'http2', 'https', 'readline', 'repl', 'tls', 'v8', 'worker_threads', 'zlib']

/**
 * Loads Node's built-in modules with `process.getBuiltinModule` instead of `import`, for three reasons:
 *
 * - An `import` reads every export of a built-in. Some exports of `node:http` are getters that load a whole HTTP client.
 * - An `import` of a built-in stays in the bundle even if the code that used it is removed.
 * - With `process.getBuiltinModule`, a module that is slow to load is loaded only when one of its functions is called.
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

/** Returns the source of an ES module with the exports of a built-in, as in the Node version that runs the build. */
function asModule(path: string): string {
  const names = Object.keys(Object(process.getBuiltinModule(path))).filter((name) => /^[\w$]+$/.test(name) && name !== 'default')
  return [
    'let taken',
    `const take = () => taken ??= ${formatBuiltin(path)}`,
    'const whole = /* @__PURE__ */ take()',
    'export default whole',
    // The prefix keeps names such as `process` from shadowing globals used here. Each value is a call marked as pure, because
    // esbuild never removes a bare property access, which may call a getter.
    ...names.map((name) => {
      const value = canLoadLate(path, name) ? `(...args) => take().${name}(...args)` : `/* @__PURE__ */ (() => take().${name})()`
      return `const its_${name} = ${value}\nexport { its_${name} as ${name} }`
    }),
  ].join('\n')
}

/**
 * Returns true if a wrapper function may replace this export, so that the module is loaded on the first call. Classes and functions
 * with properties of their own, such as a `promisify` variant, cannot be replaced: a wrapper lacks the properties and cannot be called
 * with `new`.
 */
function canLoadLate(path: string, name: string): boolean {
  if (!COSTLY.includes(path.replace('node:', '')) || !/^[a-z]/.test(name)) return false
  const { value } = Object.getOwnPropertyDescriptor(Object(process.getBuiltinModule(path)), name) ?? {}
  return typeof value === 'function' && Reflect.ownKeys(value).every((key) => key === 'name' || key === 'length' || key === 'prototype')
}
