import { describe, expect, it } from 'vitest'
import { createFolder } from '../../support/cli/lifeguard.ts'
import { examineFunction } from '../../support/doctor-code.ts'

const READING = `import { preSignUp } from 'cognito-lifeguard/pre-signup'\nimport { settings } from './settings.js'\nexport const handler = preSignUp(settings)\n`
const SETTINGS = `export const settings = { ALLOWED_EMAIL_DOMAINS: 1, BLOCK_TABLE: process.env.BLOCK_TABLE }\n`

const FILES: Readonly<Record<string, string>> = { 'index.mjs': READING, 'settings.js': SETTINGS }

async function listMisspelt(environment: object, files: Readonly<Record<string, string>> = FILES): Promise<readonly string[]> {
  const folder = await createFolder(files)
  const properties = { Handler: 'index.handler', Code: { CodeUri: '.' }, Environment: { Variables: environment } }
  const { findings } = await examineFunction({ properties }, folder)
  return findings.map(({ code, path, message }) => `${code} ${path.at(-1)}: ${message}`)
}

const describeMisspelt = (name: string, meant: string): string =>
  `LG110 ${name}: SignUp sets ${name}, which its handler does not read. Did you mean ${meant}?`

describe('doctor with a misspelt environment variable', () => {
  it.each([
    ['a missing letter', 'ALLOWED_EMAIL_DOMAIN', 'ALLOWED_EMAIL_DOMAINS'],
    ['an extra letter', 'BLOCKS_TABLE', 'BLOCK_TABLE'],
    ['another case', 'block_table', 'BLOCK_TABLE'],
    ['a missing separator', 'BLOCKTABLE', 'BLOCK_TABLE'],
  ])('suggests the setting for a name with %s', async (_, name, meant) => {
    expect(await listMisspelt({ [name]: 'x' })).toEqual([describeMisspelt(name, meant)])
  })

  it('suggests the setting in a TypeScript project, whose imports name the compiled files', async () => {
    const files = { 'index.mjs': `export { handler } from './sign-up.js'\n`, 'sign-up.ts': READING, 'settings.ts': SETTINGS }

    expect(await listMisspelt({ BLOCKS_TABLE: 'x' }, files)).toEqual([describeMisspelt('BLOCKS_TABLE', 'BLOCK_TABLE')])
  })

  it.each<[string, object, Readonly<Record<string, string>>]>([
    ['the setting is also set', { BLOCKS_TABLE: 'x', BLOCK_TABLE: 'y' }, {}],
    ['the name is a setting of another function', { PROFILE_TABLE: 'x' }, {}],
    ['no setting has a similar name', { STAGE: 'prod', TABLE_NAME: 'x' }, {}],
    ['the handler reads no setting of a similar name', { PROFILES_TABLE: 'x' }, {}],
    ['the handler reads the variable', { BLOCKS_TABLE: 'x' }, { 'index.mjs': `${READING}console.log(process.env.BLOCKS_TABLE)` }],
    [
      'an imported file reads the variable',
      { BLOCKS_TABLE: 'x' },
      { 'settings.js': `${SETTINGS}export const { BLOCKS_TABLE } = process.env` },
    ],
    [
      'the handler does not use Lifeguard',
      { BLOCKS_TABLE: 'x' },
      { 'index.mjs': `import './settings.js'\nexport const handler = async (event) => event` },
    ],
    ['an imported file cannot be parsed', { BLOCKS_TABLE: 'x' }, { 'settings.js': 'export const {' }],
  ])('reports nothing if %s', async (_, environment, files) => {
    expect(await listMisspelt(environment, { ...FILES, ...files })).toEqual([])
  })
})
