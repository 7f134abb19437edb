import { isBuiltin } from 'node:module'
import type { PluginBuild } from 'esbuild'

// Two forms of the same module. For `import`, an ES module whose names fall away one by one where nobody uses them; for
// `require` and `import()`, the built-in itself, loaded when it is called for.
const IMPORTED = 'lifeguard-builtin'
const REQUIRED = 'lifeguard-builtin-required'

/**
 * Takes Node's own modules from `process.getBuiltinModule` rather than by `import`. An `import` of a built-in reads every name
 * that the module has, and among those of `node:http` are getters that load a whole HTTP client; it also stays in a bundle
 * when all that used it is gone.
 */
export function takeBuiltins(build: PluginBuild): void {
  build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
    if (!isBuiltin(path) || kind === 'require-resolve') return undefined
    return {
      path: path.startsWith('node:') ? path : `node:${path}`,
      namespace: kind === 'import-statement' ? IMPORTED : REQUIRED,
      sideEffects: false,
    }
  })
  build.onLoad({ filter: /./, namespace: IMPORTED }, ({ path }) => ({ contents: asModule(path) }))
  build.onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({ contents: `module.exports = ${taken(path)}` }))
}

const taken = (path: string): string => `process.getBuiltinModule(${JSON.stringify(path)})`

/** The names are those of the Node that bundles: one that it does not know is an error of the build, as in any module. */
function asModule(path: string): string {
  const names = Object.keys(Object(process.getBuiltinModule(path))).filter((name) => /^[\w$]+$/.test(name) && name !== 'default')
  return [
    `const taken = /* @__PURE__ */ ${taken(path)}`,
    'export default taken',
    // A name of its own for each, since some, such as `constants` or `process`, would shadow what is used here. A function,
    // because a bare property may be a getter and would never be left out.
    ...names.map((name) => `const its_${name} = /* @__PURE__ */ (() => taken.${name})()\nexport { its_${name} as ${name} }`),
  ].join('\n')
}
