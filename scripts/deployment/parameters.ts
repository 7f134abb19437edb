import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { isObject } from '../../src/shared/rules/invocation.ts'

/** The parameters of a service, by name. */
export interface Parameters {
  /** What its configuration reads, `${param:NAME}`. */
  readonly read: ReadonlySet<string>
  /** What the stages in its configuration set. */
  readonly set: readonly string[]
}

/**
 * Returns the parameters that a service's configuration reads, and those of the files that it names by `${file(...)}`. A program
 * among them reads `param:NAME`, and counts with the files that it requires.
 *
 * @param folder Of the service.
 * @returns undefined where they are unknown: a file is missing, or a name is composed.
 */
export async function readParameters(folder: string, config: string): Promise<Parameters | undefined> {
  const text = await readFile(resolve(folder, config), 'utf8').catch(() => undefined)
  const read = text === undefined ? undefined : await findReadParameters(folder, text)
  return text === undefined || read === undefined ? undefined : { read: new Set(read), set: listSetParameters(text) }
}

async function findReadParameters(folder: string, text: string, from: readonly string[] = []): Promise<readonly string[] | undefined> {
  const names = [...text.matchAll(/[{']param:([^,}']*)/g)].map(([, name = '']) => name.trim())
  if (names.some((name) => name.includes('$'))) return undefined
  for (const { path, part } of listFiles(text, from.at(-1) ?? '')) {
    if (from.includes(path)) continue
    const inner = await readFile(resolve(folder, path), 'utf8').catch(() => undefined)
    // A file that is read in part counts with what it reads itself, not with the files that it names.
    const more =
      inner === undefined
        ? undefined
        : await findReadParameters(folder, part ? inner.replaceAll(/\$\{file\(/g, '') : inner, [...from, path])
    if (more === undefined) return undefined
    names.push(...more)
  }
  return names
}

function listFiles(text: string, from: string): readonly { readonly path: string; readonly part: boolean }[] {
  const named = [...text.matchAll(/\$\{file\(([^)]*)\)(:?)/g)].map(([, path = '', part]) => ({ path, part: part !== '' }))
  const required = [...text.matchAll(/\brequire\('(\.[^']+)'\)/g)].map(([, path = '']) => ({
    path: join(dirname(from), path),
    part: false,
  }))
  return [...named, ...required]
}

function listSetParameters(text: string): readonly string[] {
  const config: unknown = (() => {
    try {
      return parse(text, { logLevel: 'error' })
    } catch {
      // osls reports this better.
      return undefined
    }
  })()
  const stages = isObject(config) && isObject(config.params) ? Object.values(config.params) : []
  return stages.flatMap((stage) => (isObject(stage) ? Object.keys(stage) : []))
}

/** Returns the lines about parameters that are given or set and that nothing reads: most are misspelt. */
export function unknownParameterLines(given: readonly string[], { read, set }: Parameters): readonly string[] {
  const unknown = [...new Set([...given, ...set])].filter((name) => !read.has(name))
  if (unknown.length === 0) return []
  return [...unknown.map((name) => `${name} is not a parameter of this service`), `It has ${[...read].toSorted().join(', ')}`]
}
