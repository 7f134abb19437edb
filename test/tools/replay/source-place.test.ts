import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { createSourcePlaceFinder } from '../../../src/tools/replay/source-place.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const PARTS = {
  'src/handler.ts':
    "import { check } from 'lib'\nimport { own } from './own.ts'\nexport const handler = (of: string) => (of === 'lib' ? check() : own())\n",
  'src/own.ts': "\n\nexport function own(): never {\n  throw new Error('at /elsewhere.js:1:1 of own')\n}\n",
  'node_modules/lib/package.json': { name: 'lib', type: 'module', exports: './lib.js' },
  'node_modules/lib/lib.js': "export function check() {\n  throw new Error('of lib')\n}\n",
}

async function captureStack(file: string, of: string): Promise<string> {
  const { handler } = await import(pathToFileURL(file).href)
  try {
    handler(of)
  } catch (error) {
    if (error instanceof Error) return `${error.stack}`
  }
  throw new Error('The handler did not throw')
}

it('resolves a stack frame in a bundle to a place in the sources, and skips frames of packages', async () => {
  const folder = await realpath(await createFolder(PARTS))
  const bundle = join(folder, 'dist/handler.mjs')
  await build({
    entryPoints: [join(folder, 'src/handler.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    minify: true,
    sourcemap: 'external',
    logLevel: 'silent',
  })
  const findPlace = createSourcePlaceFinder(folder)
  expect(await findPlace(await captureStack(bundle, 'own'))).toBe(join('src', 'own.ts:4'))
  expect(await findPlace(await captureStack(bundle, 'lib'))).toBe(join('src', 'handler.ts:3'))
})

it('treats a file without a source map as a source', async () => {
  const folder = await realpath(await createFolder({ 'package.json': { type: 'module' } }))
  await mkdir(join(folder, 'a (b)'))
  const file = join(folder, 'a (b)', 'handler.js')
  await writeFile(file, "export const handler = () => {\n  throw new Error('here')\n}\n")
  expect(await createSourcePlaceFinder(folder)(await captureStack(file, ''))).toBe(join('a (b)', 'handler.js:2'))
})

it('returns undefined if no stack frame is in a file', async () => {
  const findPlace = createSourcePlaceFinder('/')
  expect(await findPlace('')).toBeUndefined()
  expect(
    await findPlace('Error: x\n    at node:internal/modules:1:2\n    at <anonymous>\n    at eval (eval at x (/a.js:1:2), <anonymous>:1:2)'),
  ).toBeUndefined()
})
