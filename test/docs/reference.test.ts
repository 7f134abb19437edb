import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { postAuthenticationSettings } from '../../src/post-auth/settings.ts'
import { postConfirmationSettings } from '../../src/post-confirmation/settings.ts'
import { preAuthenticationSettings } from '../../src/pre-auth/settings.ts'
import { preSignUpSettings } from '../../src/pre-signup/settings.ts'
import { preTokenGenerationSettings } from '../../src/pre-token/settings.ts'
import { OWN_REASONS } from '../../src/shared/rules/personal.ts'
import { repository } from '../support/built.ts'

const read = (path: string): Promise<string> => readFile(join(repository, path), 'utf8')

/** Returns the rows of all tables of a page, as cells. */
async function readRows(path: string): Promise<readonly (readonly string[])[]> {
  return [...(await read(path)).matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()))
}

describe('docs/reference/settings.md', () => {
  const TABLES = {
    'pre sign-up': preSignUpSettings,
    'pre authentication': preAuthenticationSettings,
    'pre token generation': preTokenGenerationSettings,
    'post authentication': postAuthenticationSettings,
    'post confirmation': postConfirmationSettings,
  }

  it('has a row for each setting of each handler with its default, and no other', async () => {
    const rows = (await readRows('docs/reference/settings.md')).filter(([handler = '']) => handler in TABLES || handler === 'every trigger')
    const everywhere = new Set(['LOG_LEVEL', 'LOG_HASH_KEY'])
    const expected = Object.entries(TABLES).flatMap(([handler, { fields }]) =>
      Object.entries<{ readonly default?: unknown; readonly optional?: unknown }>(fields)
        .filter(([name]) => !everywhere.has(name))
        .map(([name, field]) => `${handler} \`${name}\` ${toDefault(field)}`),
    )

    expect(rows.map((row) => row.slice(0, 3).join(' ')).toSorted()).toEqual(
      [...expected, 'every trigger `LOG_LEVEL` `info`', 'every trigger `LOG_HASH_KEY` none'].toSorted(),
    )
  })
})

function toDefault(field: { readonly default?: unknown }): string {
  if (!('default' in field)) return 'required'
  return field.default === undefined ? 'none' : `\`${String(field.default)}\``
}

describe('docs/reference/errors.md', () => {
  it('has a row for each error class with its code', async () => {
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

  it('names every constant reason', async () => {
    const page = await read('docs/reference/errors.md')
    const reasons = [...OWN_REASONS].filter((reason) => /^[a-z-]+$/.test(reason))

    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
  })
})
