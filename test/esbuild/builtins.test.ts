import { execFileSync } from 'node:child_process'
import crypto, { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundleSource, temporaryFolder } from '../support/bundled.ts'

/** Bundles a program. Returns the exports and the source of the bundle. */
async function run(source: string): Promise<{ readonly exports: Readonly<Record<string, unknown>>; readonly text: string }> {
  const { file, load } = await bundleSource(source)
  return { exports: await load(), text: await readFile(file, 'utf8') }
}

/** Returns the built-in modules that importing a bundle loads in a fresh process. */
function loadedBy(file: string): readonly string[] {
  const program = `const before = new Set(process.moduleLoadList)
    await import(process.argv[1])
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
  return JSON.parse(`${execFileSync(process.execPath, ['--input-type=module', '-e', program, file])}`)
}

describe('takeBuiltins', () => {
  it.each([
    ['a default import', "import fs from 'node:fs'; export { fs as it }", fs],
    ['a default import without the `node:` prefix', "import fs from 'fs'; export { fs as it }", fs],
    ['a named import', "import { readFileSync as it } from 'node:fs'; export { it }", fs.readFileSync],
    ['a member of a namespace import', "import * as all from 'fs'; export const it = all.readFileSync", fs.readFileSync],
    ['a computed member of a namespace import', "import * as all from 'fs'; export const it = all[['readFileSync'][0]]", fs.readFileSync],
    ['a subpath of a module', "import { readFile as it } from 'fs/promises'; export { it }", fs.promises.readFile],
    ['a subpath of a module with the `node:` prefix', "import it from 'node:fs/promises'; export { it }", fs.promises],
    ['a class', "import { EventEmitter as it } from 'node:events'; export { it }", EventEmitter],
    ['a module that is a class', "import it from 'events'; export { it }", EventEmitter],
    ['a class of a module that is loaded late', "import { Hash as it } from 'node:crypto'; export { it }", crypto.Hash],
    ['a constant of a module that is loaded late', "import { constants as it } from 'node:crypto'; export { it }", crypto.constants],
    ['a call of `require`', "export const it = require('node:http')", http],
    ['a call of `require` without the `node:` prefix', "export const it = require('http')", http],
    ['a dynamic import', "export const it = (await import('node:http')).default", http],
    ['a member of a dynamic import', "const { request } = await import('http'); export { request as it }", http.request],
    ['a re-export', "export { default as it } from 'node:fs'", fs],
  ])('%s has the same value in a bundle as in Node', async (_, source, expected) => {
    const { exports, text } = await run(source)
    expect(exports.it).toBe(expected)
    expect(text).not.toMatch(/\b(from|import)\s*"/)
  })

  it('makes built-in modules available to a CommonJS package that requires them', async () => {
    const folder = await temporaryFolder()
    const old = join(folder, 'old.cjs')
    await writeFile(
      old,
      "const { createHash } = require('crypto'); const path = require('node:path'); exports.it = [createHash('sha1').update('abc').digest('hex'), path.sep]",
    )
    const { exports, text } = await run(`import old from ${JSON.stringify(old)}; export const it = old.it`)
    expect(exports.it).toEqual(['a9993e364706816aba3e25717850c26c9cd0d89d', join('/')])
    expect(text).not.toContain('Dynamic require')
  })

  it('a function of a module that is loaded late returns the same result in a bundle as in Node', async () => {
    const { exports } = await run(
      "import { createHash } from 'crypto'; export const it = (text) => createHash('sha256').update(text).digest('hex')",
    )
    expect(Object(exports).it('abc')).toBe(createHash('sha256').update('abc').digest('hex'))
  })

  it('keeps the properties of a built-in function, such as its `promisify` variant', async () => {
    const { exports } = await run(
      "import { promisify } from 'util'; import { execFile } from 'child_process'; export const it = promisify(execFile)",
    )
    expect(Object(await Object(exports).it(process.execPath, ['-p', '1'])).stdout.trim()).toBe('1')
  })

  it('does not load a slow built-in module before the handler calls one of its functions', async () => {
    const { file } = await bundleSource("import { createHmac } from 'crypto'; export const handler = (key) => createHmac('sha256', key)")
    expect(loadedBy(file).filter((name) => /crypto/.test(name))).toEqual([])
  })

  it('does not load a built-in module for unused code that esbuild removed', async () => {
    const { file } = await bundleSource(
      "import zlib from 'node:zlib'; const unused = () => zlib.gzipSync(''); export const handler = () => 1",
    )
    expect(loadedBy(file).filter((name) => /zlib/.test(name))).toEqual([])
  })

  it('does not load the undici HTTP client together with node:http', async () => {
    const source = "import http, { request } from 'node:http'; export const handler = () => [http.Agent, request]"
    const taken = await bundleSource(source)
    expect(loadedBy(taken.file).filter((name) => name.includes('undici'))).toEqual([])
    const imported = await bundleSource(source, false)
    expect(loadedBy(imported.file).filter((name) => name.includes('undici'))).not.toEqual([])
  })

  it('keeps imports of built-in modules when the option `builtins` is false', async () => {
    const { file } = await bundleSource("import { sep } from 'node:path'; export const handler = () => sep", { builtins: false })
    expect(await readFile(file, 'utf8')).toMatch(/from\s*"node:path"/)
  })

  it('fails the build when a built-in module does not export an imported name', async () => {
    await expect(bundleSource("import { rquest } from 'node:http'; export const handler = rquest")).rejects.toThrow(
      /No matching export .*"rquest"/,
    )
  })
})
