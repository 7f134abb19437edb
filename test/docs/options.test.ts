import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const repository = resolve(import.meta.dirname, '../..')
const read = (path: string): Promise<string> => readFile(join(repository, path), 'utf8')

/** A name that the package exports, and the file that declares it. */
interface Exported {
  readonly name: string
  readonly source: string
}

/** Reads the entries of the package, and not a list of them. */
async function exportedNames(): Promise<readonly Exported[]> {
  const { exports } = JSON.parse(await read('package.json'))
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json')
  const names = entries.map(async (entry) => {
    const path = String(exports[entry].default).replace('./lib/', 'src/').replace(/\.js$/, '.ts')
    const source = await read(path)
    const elsewhere = [...source.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gms)].flatMap(([, list = '', from = '']) =>
      list
        .split(',')
        .map((name) => ({ name: name.replace(/\btype\b/, '').trim(), source: join(dirname(path), from) }))
        .filter(({ name }) => name !== ''),
    )
    const here = [...source.matchAll(/^export (?:interface|function|const) (\w+)/gm)].map(([, name = '']) => ({ name, source: path }))
    return [...elsewhere, ...here]
  })
  return (await Promise.all(names)).flat()
}

/** The properties of an interface; those of an object inside it as `outer.inner`. */
function listProperties(name: string, source: string): readonly string[] {
  const lines = source.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`export interface ${name}`))
  if (start === -1) throw new Error(`The source has no interface ${name}`)
  const outer: string[] = []
  const found: string[] = []
  for (const line of lines.slice(start + 1, lines.indexOf('}', start))) {
    const property = /^ +readonly (\w+)\??:(.*)$/.exec(line)
    const [, key = '', type = ''] = property ?? []
    if (property !== null && type.trim() === '{') outer.push(key)
    else if (property !== null) found.push([...outer, key].join('.'))
    else if (line.trim() === '}') outer.pop()
  }
  return found
}

/** The first cells of the first table after the paragraph that names an interface. */
function documentedOptions(name: string, pages: readonly string[]): readonly string[] {
  const page = pages.find((text) => text.includes(`(\`${name}\`)`))
  const [, ...after] = page?.split(`(\`${name}\`)`) ?? []
  const table = /^\|.*?(?=\n\n|$(?![\s\S]))/ms.exec(after.join(''))?.[0] ?? ''
  // An option may have a row for each of its values.
  return [...new Set([...table.matchAll(/^\| `([\w.]+)/gm)].map(([, option = '']) => option))]
}

/** The names of exported functions that return a rule. */
async function ruleFactories(names: readonly Exported[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map(async ({ name, source }) => {
      const [, result = ''] = new RegExp(`^export function ${name}\\b.*?\\n?\\): (\\S+)`, 'ms').exec(await read(source)) ?? []
      return result.startsWith('Rule<') ? [name] : []
    }),
  )
  return [...new Set(found.flat())]
}

const names = await exportedNames()
const optionsInterfaces = names.filter(({ name }) => /(Options|^HandlerSettings)$/.test(name))
const factories = await ruleFactories(names)
const files = (await readdir(join(repository, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md'))
const pages = await Promise.all(files.map((file) => read(join('docs', file))))

describe('options in the docs', () => {
  test('the package has options to document', () => {
    const found = new Set(optionsInterfaces.map(({ name }) => name))

    expect(found).toContain('AllowEmailDomainsOptions')
    expect(found).toContain('OnceOptions')
    expect(found).toContain('LambdaPluginOptions')
  })

  test.each([...new Map(optionsInterfaces.map((entry) => [entry.name, entry])).values()])(
    'a table names every option of $name, and no other',
    async ({ name, source }) => {
      const properties = listProperties(name, await read(source))

      expect(properties).not.toEqual([])
      expect(documentedOptions(name, pages).toSorted()).toEqual(properties.toSorted())
    },
  )
})

describe('rules in the docs', () => {
  test('the package has rules to document', () => {
    expect(factories).toEqual(expect.arrayContaining(['allowEmailDomains', 'blockUsers', 'once', 'defineRule', 'sendWelcomeEmail']))
  })

  test.each(factories)('docs/rules/README.md names %s', async (name) => {
    expect(await read('docs/rules/README.md')).toContain(`\`${name}`)
  })
})
