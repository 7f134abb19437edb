import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TRIGGERS } from '../../src/shared/cognito/triggers.ts'
import { OWN_REASONS } from '../../src/shared/rules/personal.ts'
import { repository } from '../support/built.ts'
import { BLOCKS } from '../support/triggers.ts'

const read = (path: string): Promise<string> => readFile(join(repository, path), 'utf8')

/** Returns the rows of all tables of a page, each as a list of cells. */
async function readRows(path: string): Promise<readonly (readonly string[])[]> {
  return [...(await read(path)).matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()))
}

describe('docs/reference/settings.md', () => {
  it('docs/reference/settings.md has a row for each setting of each handler with its default, and no other row', async () => {
    const everywhere = new Set(['LOG_LEVEL', 'LOG_HASH_KEY'])
    // A folder with several triggers has one table of settings, and rows under the folder's name.
    const folders = Map.groupBy(Object.entries(TRIGGERS), ([, { folder }]) => folder)
    const expected = await Promise.all(
      [...folders].map(async ([folder, triggers]) => {
        const [[only = ''] = [], another] = triggers
        const handler = another === undefined ? only.toLowerCase() : folder.replaceAll('-', '')
        return Object.entries(await readFields(folder))
          .filter(([name]) => !everywhere.has(name))
          .map(([name, field]) => `${handler} \`${name}\` ${toDefault(field)}`)
      }),
    )

    const rows = (await readRows('docs/reference/settings.md')).filter(
      ([handler = '', name = '']) => handler !== 'Handler of' && /^`[A-Z_]+`$/.test(name),
    )
    const found = rows
      .filter(([handler = '']) => !handler.startsWith('`'))
      .map(([handler = '', ...cells]) => [handler.replaceAll(/[- ]/g, ''), cells[0], cells[1]].join(' '))
    expect(expected.flat().length).toBeGreaterThan(15)
    expect(found.toSorted()).toEqual([...expected.flat(), 'everytrigger `LOG_LEVEL` `info`', 'everytrigger `LOG_HASH_KEY` none'].toSorted())
  })
})

interface FieldWithDefault {
  readonly default?: unknown
}

/** Reads the fields of the settings of a trigger's handler; none if Lifeguard has no handler for it. */
async function readFields(folder: string): Promise<Readonly<Record<string, FieldWithDefault>>> {
  const path = join(repository, 'src', folder, 'settings.ts')
  if (!existsSync(path)) return {}
  const exported: Readonly<Record<string, { readonly fields?: Readonly<Record<string, FieldWithDefault>> }>> = await import(path)
  return Object.values(exported).find(({ fields }) => fields !== undefined)?.fields ?? {}
}

function toDefault(field: FieldWithDefault): string {
  if (!('default' in field)) return 'required'
  return field.default === undefined ? 'none' : `\`${String(field.default)}\``
}

describe('docs/reference/errors.md', () => {
  it('docs/reference/errors.md has a row for each error class with its code', async () => {
    const files = await readdir(join(repository, 'src'), { recursive: true })
    const sources = await Promise.all(files.filter((file) => file.endsWith('.ts')).map((file) => read(join('src', file))))
    const classes = sources.flatMap((source) =>
      [...source.matchAll(/class (\w+) extends LifeguardError \{.*?readonly code = '([\w-]+)'/gs)].map(
        ([, name, code]) => `\`${name}\` \`${code}\``,
      ),
    )
    const rows = (await readRows('docs/reference/errors.md')).map(([name, code]) => `${name} ${code}`)

    expect(classes.length).toBeGreaterThan(10)
    expect(rows.filter((row) => /^`\w+Error` /.test(row)).toSorted()).toEqual(classes.toSorted())
  })

  it('docs/reference/errors.md lists every constant reason', async () => {
    const page = await read('docs/reference/errors.md')
    const reasons = [...OWN_REASONS].filter((reason) => /^[a-z-]+$/.test(reason))

    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
  })
})

describe('docs/reference/triggers.md', () => {
  it("docs/reference/triggers.md has a row for each trigger with its folder, in the order of a user's life", async () => {
    const rows = (await readRows('docs/reference/triggers.md')).filter(([, folder = '']) => /^`[a-z-]+`$/.test(folder))
    expect(rows.map(([trigger, folder]) => [trigger, folder])).toEqual(
      Object.entries(TRIGGERS).map(([trigger, { folder }]) => [trigger, `\`${folder}\``]),
    )
  })

  it('docs/reference/triggers.md names each function of serverless.yml, and says if it is deployed', async () => {
    const rows = (await readRows('docs/reference/triggers.md')).filter(([, folder = '']) => /^`[a-z-]+`$/.test(folder))
    for (const { name, trigger, optional } of BLOCKS.filter((block) => block.trigger !== undefined)) {
      const [, , shown, deployed] = rows.find((row) => row[0] === trigger) ?? []
      expect([shown, deployed], name).toEqual([`\`${name}\``, optional ? 'no' : 'yes'])
    }
  })
})
