// Finds the parameters that a service reads. The framework ignores a misspelt parameter, so that its setting would keep the default.
const { readFile } = require('node:fs/promises')
const { dirname, join, resolve } = require('node:path')
const { userError } = require('./handlers.cjs')

const SERVICE = resolve(__dirname, '..')

/** Throws an error that names the parameters of the command line that no file of the service reads. */
exports.assertParameters = async ({ param, config }) => {
  const read = await exports.findReadParameters(SERVICE, await readFile(resolve(SERVICE, config ?? 'serverless.yml'), 'utf8'))
  const unknown = [param ?? []]
    .flat()
    .map((pair) => `${pair}`.split('=')[0])
    .filter((name) => read !== undefined && !read.includes(name))
  if (unknown.length > 0)
    throw userError(`Unknown parameter ${unknown.join(', ')}. Parameters of this service: ${[...new Set(read)].toSorted().join(', ')}`)
}

/**
 * Returns the names of the parameters that a configuration reads. Also searches the files that it includes, and the files that an included
 * program requires.
 *
 * Returns undefined if the parameters are unknown, because a file is missing or the name of a file or parameter is computed.
 */
exports.findReadParameters = async (folder, text, from = []) => {
  const names = [...text.matchAll(/[{']param:([^,}']*)/g)].map(([, name]) => name.trim())
  if (names.some((name) => name.includes('$'))) return undefined
  for (const { path, part } of listFiles(text, from.at(-1) ?? '')) {
    if (from.includes(path)) continue
    const inner = await readFile(resolve(folder, path), 'utf8').catch(() => undefined)
    if (inner === undefined) return undefined
    // If only a part of a file is used, do not search the files that it names, because they may be unused.
    const more = await exports.findReadParameters(folder, part ? inner.replaceAll(/\$\{file\(/g, '') : inner, [...from, path])
    if (more === undefined) return undefined
    names.push(...more)
  }
  return names
}

function listFiles(text, from) {
  const named = [...text.matchAll(/\$\{file\(([^)]*)\)(:?)/g)].map(([, path, part]) => ({ path, part: part !== '' }))
  const required = [...text.matchAll(/\brequire\('(\.[^']+)'\)/g)].map(([, path]) => ({ path: join(dirname(from), path), part: false }))
  return [...named, ...required]
}
