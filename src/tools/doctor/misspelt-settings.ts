import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, resolve, sep } from 'node:path'
import type { AnyNode } from 'acorn'
import { isObject } from '../../shared/rules/invocation.ts'
import { findClosestName } from '../lib/closest-name.ts'
import { isSetting, listSettings } from '../lib/environment.ts'
import type { Resource } from '../project/template.ts'
import { parseSource } from './source-code/parse-source.ts'
import { isLifeguard } from './source-code/read-facts.ts'
import { resolveNames } from './source-code/resolve-names.ts'

/** A variable of a function's environment that no code of the function reads, and the setting that it probably means. */
export interface Misspelt {
  readonly name: string
  readonly meant: string
}

// A handler imports few files of its project. A search that needs more files is given up, which causes no finding.
const MOST_FILES = 100
const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '/index.js', '/index.ts']

/** The handler of a function. */
export interface HandlerSource {
  readonly file: string
  readonly text: string
  /** The project folder. Files outside this folder are not read. */
  readonly folder: string
  /** True if the handler was loaded, and was made with Lifeguard. */
  readonly isMade: boolean
}

/**
 * Finds variables that are probably misspelt settings of Lifeguard. The handler reads a setting of a similar name that is not set.
 * Neither the handler nor a file that it imports contains the variable's name.
 */
export async function findMisspeltSettings({ properties: { Environment } }: Resource, source: HandlerSource): Promise<readonly Misspelt[]> {
  const variables = isObject(Environment) && isObject(Environment.Variables) ? Object.keys(Environment.Variables) : []
  const unset = listSettings().filter((name) => !variables.includes(name))
  const similar = variables.flatMap((name): readonly Misspelt[] => {
    const meant = isSetting(name) ? undefined : findClosestName(name.toUpperCase(), unset)
    return meant === undefined ? [] : [{ name, meant }]
  })
  const read = similar.length === 0 ? undefined : await readNames(source)
  if (read === undefined || !(source.isMade || read.usesLifeguard)) return []
  return similar.filter(({ name, meant }) => read.names.has(meant) && !read.names.has(name))
}

interface Names {
  /** All strings and names of properties. */
  readonly names: ReadonlySet<string>
  readonly usesLifeguard: boolean
}

/** Reads the names in a handler and in the files of the project that it imports. Returns undefined if a file cannot be parsed. */
async function readNames({ file, text, folder }: HandlerSource): Promise<Names | undefined> {
  const names = new Set<string>()
  const texts = new Map([[file, text]])
  let usesLifeguard = false
  // The loop body adds the imported files to `texts`, and the loop visits them too.
  for (const [path, content] of texts) {
    const parsed = await parseSource(path, content)
    if ('reason' in parsed || texts.size > MOST_FILES) return undefined
    for (const node of resolveNames(parsed.program).nodes) {
      for (const name of listNames(node)) names.add(name)
      usesLifeguard ||= isLifeguard(node)
      const imported = readImport(node)
      const found = imported === undefined ? undefined : await findFile(resolve(dirname(path), imported))
      if (found?.startsWith(folder + sep) && !texts.has(found)) texts.set(found, await readFile(found, 'utf8'))
    }
  }
  return { names, usesLifeguard }
}

function listNames(node: AnyNode): readonly string[] {
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : []
  if (node.type === 'TemplateElement') return [node.value.raw]
  const key = node.type === 'MemberExpression' ? node.property : node.type === 'Property' ? node.key : undefined
  return key?.type === 'Identifier' ? [key.name] : key?.type === 'Literal' ? [String(key.value)] : []
}

/** Returns the relative path of an imported file; undefined for a package, and for any other node. */
function readImport(node: AnyNode): string | undefined {
  const path = readSpecifier(node)
  return path?.startsWith('.') ? path : undefined
}

function readSpecifier(node: AnyNode): string | undefined {
  const isStatic = node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration'
  const isRequire = node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require'
  const source = isStatic || node.type === 'ImportExpression' ? node.source : isRequire ? node.arguments[0] : undefined
  return source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined
}

async function findFile(path: string): Promise<string | undefined> {
  // A TypeScript file may import `./settings.js`, which is `./settings.ts` in the sources.
  const source = /^\.[cm]?js$/.test(extname(path)) ? [path.replace(/js$/, 'ts')] : []
  for (const each of [...EXTENSIONS.map((extension) => `${path}${extension}`), ...source]) {
    if ((await stat(each).catch(() => undefined))?.isFile()) return each
  }
  return undefined
}
