import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Built, buildElsewhere } from '../support/built.ts'

/** Bytes, raw and gzipped: what was measured and some five per cent. A bundle that outgrows them needs a reason. */
const BUDGETS = {
  'pre-signup': { raw: 52_300, gzipped: 18_900 },
  'pre-auth': { raw: 401_000, gzipped: 126_000 },
  'post-auth': { raw: 400_000, gzipped: 126_000 },
  'post-confirmation': { raw: 434_000, gzipped: 133_000 },
  sweeper: { raw: 474_000, gzipped: 141_000 },
} as const

type Folder = keyof typeof BUDGETS

const MIDDY = /\/@middy\//
const COGNITO = /\/@aws-sdk\/client-cognito-identity-provider\//
const SES = /\/@aws-sdk\/client-ses\//
const AWS = /\/@aws-sdk\/|\/@smithy\//
const TOOLS = /\/(dynalite|esbuild|yaml)\/|^src\/(local|replay|cli|build)\//
// Whole zod brings an error text in every language; the handlers use its small variant.
const WHOLE_ZOD = /\/zod\/v4\/(classic|locales)\//

const triggers: readonly Folder[] = ['pre-signup', 'pre-auth', 'post-auth', 'post-confirmation']
const folders: readonly Folder[] = [...triggers, 'sweeper']

let built: Built

beforeAll(async () => {
  built = await buildElsewhere()
})
afterAll(() => built.remove())

const bundle = (folder: string, root: string = built.folder): Promise<Buffer> => readFile(join(root, 'dist', folder, 'handler.js'))

/** The files of which something is in the bundle, largest share first. */
async function contents(folder: Folder): Promise<readonly string[]> {
  const meta: Metafile = JSON.parse(await readFile(join(built.folder, 'dist', folder, 'meta.json'), 'utf8'))
  const inputs = Object.values(meta.outputs).flatMap((output) => Object.entries(output.inputs))
  return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
}

const files = async (folder: Folder, pattern: RegExp): Promise<readonly string[]> =>
  (await contents(folder)).filter((file) => pattern.test(file))

describe('the bundles', () => {
  it.each(triggers)('hold the rules of %s and of no other trigger', async (folder) => {
    const found = new Set((await files(folder, /^src\/(pre|post)-/)).map((file) => file.split('/')[1]))
    expect([...found]).toEqual([folder])
  })

  it('hold the rules whose effects are swept, without the adapter of a trigger', async () => {
    expect(await files('sweeper', /^src\/post-confirmation\/send-welcome-email\.ts$/)).toHaveLength(1)
    expect(await files('sweeper', /^src\/(pre-signup|pre-auth|post-auth)\//)).toEqual([])
    expect(await files('sweeper', MIDDY)).toEqual([])
  })

  it('hold the Cognito client only where users are looked up', async () => {
    for (const folder of triggers) expect(await files(folder, COGNITO)).toEqual([])
    expect(await files('sweeper', COGNITO)).not.toEqual([])
  })

  it('hold no AWS SDK where no rule needs one', async () => {
    expect(await files('pre-signup', AWS)).toEqual([])
  })

  it('hold the SES client only where mail is sent', async () => {
    expect(await files('pre-auth', SES)).toEqual([])
    expect(await files('post-auth', SES)).toEqual([])
    expect(await files('post-confirmation', SES)).not.toEqual([])
  })

  it.each(folders)('hold no tool and not the whole of zod: %s', async (folder) => {
    expect(await files(folder, TOOLS)).toEqual([])
    expect(await files(folder, WHOLE_ZOD)).toEqual([])
  })

  it.each(folders)('keep to their budget of bytes: %s', async (folder) => {
    const bytes = await bundle(folder)
    expect(bytes.length).toBeLessThanOrEqual(BUDGETS[folder].raw)
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(BUDGETS[folder].gzipped)
  })

  it('come out the same, byte for byte, when they are built again elsewhere', async () => {
    const again = await buildElsewhere()
    try {
      for (const folder of folders) expect((await bundle(folder, again.folder)).equals(await bundle(folder))).toBe(true)
    } finally {
      await again.remove()
    }
  })

  it('lie beside their source map, which no comment in the bundle promises to whom it is deployed', async () => {
    for (const folder of folders) {
      expect((await readdir(join(built.folder, 'dist', folder))).toSorted()).toEqual([
        'handler.js',
        'handler.js.map',
        'meta.json',
        'package.json',
      ])
      expect(`${await bundle(folder)}`).not.toContain('sourceMappingURL')
    }
  })
})
