import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'

/** A loaded module. */
export interface LoadedModule {
  readonly module: object
  /** The package.json that was ignored, because the file is a CommonJS module in spite of it. */
  readonly ignoredPackage: string | undefined
}

/**
 * Loads a handler's file as Lambda does. Lambda sees only the files of the function's package. A package.json above it, such as the
 * project's, does not exist there, but Node would read `"type": "module"` from it.
 *
 * If the package's folder is unknown, the syntax decides. Code without `import` and `export` statements is CommonJS, because it has no
 * other way to export a handler.
 *
 * @param packageRoot The folder that Lambda gets. Undefined if it is unknown.
 */
export async function loadModule(file: string, packageRoot: string | undefined): Promise<LoadedModule> {
  const ignoredPackage = findIgnoredPackage(file, packageRoot)
  if (ignoredPackage === undefined) return { module: await import(pathToFileURL(file).href), ignoredPackage }
  return {
    module: requireAsCommonJs(file, dirname(ignoredPackage)),
    ignoredPackage: packageRoot === undefined ? ignoredPackage : undefined,
  }
}

function findIgnoredPackage(file: string, packageRoot: string | undefined): string | undefined {
  if (!file.endsWith('.js') || !isCommonJs(file)) return undefined
  const found = findPackage(dirname(file))
  if (found === undefined || !isModulePackage(found)) return undefined
  // Without a known package, at least the folder of the file belongs to it.
  return isInside(found, packageRoot ?? dirname(file)) ? undefined : found
}

/** Returns the nearest package.json that Node reads for a folder. */
function findPackage(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (existsSync(file)) return file
  const above = dirname(folder)
  return above === folder ? undefined : findPackage(above)
}

function isModulePackage(file: string): boolean {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).type === 'module'
  } catch {
    // Node reports an invalid package.json when it loads the file.
    return false
  }
}

/** Returns true if a file compiles as a CommonJS module. `import` and `export` statements are syntax errors there. */
function isCommonJs(file: string): boolean {
  try {
    compileFunction(readFileSync(file, 'utf8').replace(/^#!.*/, ''), ['exports', 'require', 'module', '__filename', '__dirname'])
    return true
  } catch {
    return false
  }
}

interface Compiling extends NodeJS.Module {
  _compile(content: string, filename: string, format: string): unknown
}

/** Loads a file as CommonJS, and also the `.js` files that it requires from the same folder, unless they are ES modules. */
function requireAsCommonJs(file: string, folder: string): object {
  const load = createRequire(file)
  const original = load.extensions['.js']
  load.extensions['.js'] = (module, path) => {
    if (canCompile(module) && isInside(path, folder) && findPackage(dirname(path)) === join(folder, 'package.json') && isCommonJs(path))
      module._compile(readFileSync(path, 'utf8'), path, 'commonjs')
    else original(module, path)
  }
  return Object(load(file))
}

function canCompile(module: NodeJS.Module): module is Compiling {
  return '_compile' in module && typeof module._compile === 'function'
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`)
}
