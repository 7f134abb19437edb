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

/** Lists the names that the entry points in package.json export. */
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

/** Lists the properties of an interface. A property of an inner object is listed as `outer.inner`. */
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

/** Lists the options in the first table after "(`NAME`):" or "`NAME`:", where NAME is an interface. */
function documentedOptions(name: string, pages: readonly string[]): readonly string[] {
  const introduction = new RegExp(`\`${name}\`\\)?:`)
  const [, ...after] = pages.find((text) => introduction.test(text))?.split(introduction) ?? []
  const table = /^\|.*?(?=\n\n|$(?![\s\S]))/ms.exec(after.join(''))?.[0] ?? ''
  // Remove duplicates, because an option may have a row for each of its values.
  return [...new Set([...table.matchAll(/^\| `([\w.]+)/gm)].map(([, option = '']) => option))]
}

/** Lists the exported functions and constants whose declared type begins with one of the given types. */
async function findByType(...types: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map(async ({ name, source }) => {
      const text = await read(source)
      const [, result = ''] = new RegExp(`^export function ${name}\\b.*?\\n?\\): (\\w+)`, 'ms').exec(text) ?? []
      const [, constant = ''] = new RegExp(`^export const ${name}: (\\w+)`, 'm').exec(text) ?? []
      return types.includes(result) || types.includes(constant) ? [name] : []
    }),
  )
  return [...new Set(found.flat())]
}

const names = await exportedNames()
const optionsInterfaces = names.filter(({ name }) => /(Options|^HandlerSettings)$/.test(name))
const files = (await readdir(join(repository, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md'))
const pages = await Promise.all(files.map((file) => read(join('docs', file))))

describe('options in the docs', () => {
  test('the test finds the interfaces of options that the package exports', () => {
    const found = new Set(optionsInterfaces.map(({ name }) => name))

    expect(found).toContain('AllowEmailDomainsOptions')
    expect(found).toContain('OnceOptions')
    expect(found).toContain('LambdaPluginOptions')
  })

  test.each([...new Map(optionsInterfaces.map((entry) => [entry.name, entry])).values()])(
    'the docs list every option of $name, and no other option',
    async ({ name, source }) => {
      const properties = listProperties(name, await read(source))

      expect(properties).not.toEqual([])
      expect(documentedOptions(name, pages).toSorted()).toEqual(properties.toSorted())
    },
  )
})

describe('the pages in docs/rules', async () => {
  const rules = await findByType('Rule', 'Condition')
  const folder = await readdir(join(repository, 'docs/rules'))
  const rulePages = folder.filter((file) => file !== 'README.md')

  test('the test finds the rules, combinators and conditions that the package exports', () => {
    expect(rules).toEqual(expect.arrayContaining(['allowEmailDomains', 'once', 'defineRule', 'sendWelcomeEmail', 'not', 'byAdministrator']))
  })

  // These two conditions have no page of their own. The page of `triggeredBy` documents them, because `triggeredBy` makes them.
  const MADE_BY = new Map([
    ['byAdministrator', 'triggeredBy'],
    ['byIdentityProvider', 'triggeredBy'],
  ])

  test.each(rules)('docs/rules has one page with %s in its title', async (name) => {
    const titles = await Promise.all(rulePages.map(async (file) => /^# (.*)$/m.exec(await read(`docs/rules/${file}`))?.[1] ?? ''))

    expect(titles.filter((title) => title.includes(`\`${MADE_BY.get(name) ?? name}\``))).toHaveLength(1)
  })

  test.each(rulePages)('docs/rules/%s has all required sections', async (file) => {
    const headings = [...(await read(`docs/rules/${file}`)).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)

    expect(headings).toEqual(expect.arrayContaining(['Import and usage', 'Events', 'Permissions', 'Errors']))
    expect(headings.some((heading) => heading === 'When it acts' || heading === 'When it holds')).toBe(true)
  })

  test.each(rulePages)('docs/rules/README.md links to %s', async (file) => {
    expect(await read('docs/rules/README.md')).toContain(`](${file})`)
  })
})

describe('every other function that the package exports', async () => {
  const rules = await findByType('Rule', 'Condition')
  const functions = await Promise.all(
    names.map(async ({ name, source }) =>
      new RegExp(`^export (?:function|const|class) ${name}\\b`, 'm').test(await read(source)) ? [name] : [],
    ),
  )

  test.each([...new Set(functions.flat())].filter((name) => !rules.includes(name)))('the docs mention the exported function %s', (name) => {
    expect(pages.some((page) => new RegExp(`\\b${name}\\b`).test(page))).toBe(true)
  })
})
