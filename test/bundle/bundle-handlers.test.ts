import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleHandlers } from '../../src/esbuild/bundle.ts'
import { repository } from '../support/built.ts'

let folder: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-bundle-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function bundled(name: string, sources: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const home = join(folder, name)
  await mkdir(home)
  for (const [file, text] of Object.entries(sources)) await writeFile(join(home, file), text)
  await bundleHandlers([{ folder: join(home, 'dist'), entry: join(home, 'handler.ts') }], build)
  return import(join(home, 'dist/handler.js'))
}

describe('npm run build', () => {
  it("npm run build prints only esbuild's message when a source has a syntax error", async () => {
    const home = join(folder, 'a-project')
    for (const name of ['pre-signup', 'pre-auth']) {
      await mkdir(join(home, 'src', name), { recursive: true })
      await writeFile(join(home, 'src', name, 'handler.ts'), name === 'pre-auth' ? 'export const handler = (' : 'export const handler = 1')
    }
    const failed = await promisify(execFile)(process.execPath, [join(repository, 'esbuild.config.ts')], { cwd: home }).catch(Object)
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'Build failed with 1 error:\nsrc/pre-auth/handler.ts:1:24: ERROR: Unexpected end of file\n',
    })
  })
})

describe('bundleHandlers', () => {
  it("bundles CommonJS packages that require Node's built-in modules", async () => {
    const { handler } = await bundled('common', {
      'old.cjs': "module.exports = { hash: (text) => require('crypto').createHash('sha1').update(text).digest('hex') }",
      'handler.ts': "import old from './old.cjs'\nexport const handler = (): string => old.hash('abc')",
    })
    expect(handler).toBeTypeOf('function')
    expect(Object(handler)()).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
  })

  it('bundles packages that compute the name of a module they require', async () => {
    const { handler } = await bundled('computed', {
      'old.cjs': "exports.load = (name) => require('node:' + name)",
      'handler.ts': "import old from './old.cjs'\nexport const handler = (): string => old.load('path').posix.sep",
    })
    expect(Object(handler)()).toBe('/')
  })

  it('writes a chunk for a dynamic import, and a source map for each file', async () => {
    const { handler } = await bundled('demanding', {
      'rare.ts': 'export const rare = (): number => 7',
      'handler.ts': "export const handler = async (): Promise<number> => (await import('./rare.ts')).rare()",
    })
    expect(await Object(handler)()).toBe(7)
    const files = await readdir(join(folder, 'demanding/dist'))
    expect(files.toSorted()).toEqual([
      'handler.js',
      'handler.js.map',
      'meta.json',
      'package.json',
      expect.stringMatching(/^rare-\w+\.js$/),
      expect.stringMatching(/^rare-\w+\.js\.map$/),
    ])
    const { inputs } = JSON.parse(await readFile(join(folder, 'demanding/dist/meta.json'), 'utf8'))
    expect(
      Object.keys(inputs)
        .map((path) => basename(path))
        .toSorted(),
    ).toEqual(['handler.ts', 'rare.ts'])
  })

  it('writes the same files to any folder, with source maps that point to the sources', async () => {
    const home = join(folder, 'twice')
    await mkdir(home)
    await writeFile(join(home, 'rare.ts'), "import { sep } from 'node:path'\nexport const rare = (): string => sep")
    const entry = join(home, 'handler.ts')
    await writeFile(entry, "export const handler = async (): Promise<string> => (await import('./rare.ts')).rare()")
    const places = [join(home, 'dist'), join(home, 'elsewhere/and/deeper')]
    for (const place of places) await bundleHandlers([{ folder: place, entry }], build)
    const [scripts, again] = await Promise.all(places.map(async (place) => (await readdir(place)).filter((name) => name.endsWith('.js'))))
    expect(again).toEqual(scripts)
    expect(scripts).toHaveLength(2)
    for (const place of places) {
      const sources: string[] = []
      for (const script of scripts ?? []) {
        expect(await readFile(join(place, script))).toEqual(await readFile(join(home, 'dist', script)))
        sources.push(...JSON.parse(await readFile(join(place, `${script}.map`), 'utf8')).sources)
      }
      expect(sources.map((source) => (source.startsWith('.') ? join(place, source) : source)).toSorted()).toEqual([
        entry,
        join(home, 'rare.ts'),
        'lifeguard-builtin:node:path',
      ])
    }
  })

  it('declares no name that collides with the short names of the minifier', async () => {
    // With so many variables, the minifier uses all names of one and two characters, so another short name would collide.
    const names = Array.from({ length: 4000 }, (_, index) => `value${index}`)
    const source = [
      ...names.map((name, index) => `export let ${name} = ${index}`),
      `export const bump = () => { ${names.map((name) => `${name}++`).join(';')} }`,
      'export const handler = () => value3999',
    ]
    const { handler } = await bundled('crowded', { 'handler.ts': source.join('\n') })
    expect(Object(handler)()).toBe(3999)
  })

  it('inlines email templates', async () => {
    const { handler } = await bundled('mail', {
      'welcome.txt': 'Welcome',
      'handler.ts':
        "// @ts-expect-error: the bundler knows what this is\nimport text from './welcome.txt'\nexport const handler = (): string => text",
    })
    expect(Object(handler)()).toBe('Welcome')
  })

  it('rejects a source with a syntax error, and names the file and line', async () => {
    await expect(bundled('broken', { 'handler.ts': 'export const handler = (' })).rejects.toThrow(/handler\.ts:1/)
  })
})
