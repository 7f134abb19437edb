import { execFileSync } from 'node:child_process'
import crypto, { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundleSource, temporaryFolder } from '../support/bundled.ts'

/** The exports of a program, and its text. */
async function run(source: string): Promise<{ readonly exports: Readonly<Record<string, unknown>>; readonly text: string }> {
  const { file, load } = await bundleSource(source)
  return { exports: await load(), text: await readFile(file, 'utf8') }
}

/** Which of Node's own modules a fresh process has loaded after an import of a bundle, and not before. */
function loadedBy(file: string): readonly string[] {
  const program = `const before = new Set(process.moduleLoadList)
    await import(process.argv[1])
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
  return JSON.parse(`${execFileSync(process.execPath, ['--input-type=module', '-e', program, file])}`)
}

describe('built-ins in a bundle', () => {
  it.each([
    ['a default import', "import fs from 'node:fs'; export { fs as it }", fs],
    ['one without the prefix', "import fs from 'fs'; export { fs as it }", fs],
    ['a named import', "import { readFileSync as it } from 'node:fs'; export { it }", fs.readFileSync],
    ['a name of a namespace', "import * as all from 'fs'; export const it = all.readFileSync", fs.readFileSync],
    ['a name of a namespace that is computed', "import * as all from 'fs'; export const it = all[['readFileSync'][0]]", fs.readFileSync],
    ['a path below a module', "import { readFile as it } from 'fs/promises'; export { it }", fs.promises.readFile],
    ['a path below a module, with the prefix', "import it from 'node:fs/promises'; export { it }", fs.promises],
    ['a class', "import { EventEmitter as it } from 'node:events'; export { it }", EventEmitter],
    ['a module that is a class', "import it from 'events'; export { it }", EventEmitter],
    ['the class of a module that loads late', "import { Hash as it } from 'node:crypto'; export { it }", crypto.Hash],
    ['what is no function of one that loads late', "import { constants as it } from 'node:crypto'; export { it }", crypto.constants],
    ['a call of `require`', "export const it = require('node:http')", http],
    ['a call of `require` without the prefix', "export const it = require('http')", http],
    ['an import on demand', "export const it = (await import('node:http')).default", http],
    ['a name of an import on demand', "const { request } = await import('http'); export { request as it }", http.request],
    ['an export from one', "export { default as it } from 'node:fs'", fs],
  ])('are what they are in Node: %s', async (_, source, expected) => {
    const { exports, text } = await run(source)
    expect(exports.it).toBe(expected)
    expect(text).not.toMatch(/\b(from|import)\s*"/)
  })

  it('are there for packages in CommonJS, whatever asks for them', async () => {
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

  it('do the same when they are loaded late', async () => {
    const { exports } = await run(
      "import { createHash } from 'crypto'; export const it = (text) => createHash('sha256').update(text).digest('hex')",
    )
    expect(Object(exports).it('abc')).toBe(createHash('sha256').update('abc').digest('hex'))
  })

  it('keep what a function carries', async () => {
    const { exports } = await run(
      "import { promisify } from 'util'; import { execFile } from 'child_process'; export const it = promisify(execFile)",
    )
    expect(Object(await Object(exports).it(process.execPath, ['-p', '1'])).stdout.trim()).toBe('1')
  })

  it('are not loaded for what only might be used', async () => {
    const { file } = await bundleSource("import { createHmac } from 'crypto'; export const handler = (key) => createHmac('sha256', key)")
    expect(loadedBy(file).filter((name) => /crypto/.test(name))).toEqual([])
  })

  it('are not loaded for what fell away', async () => {
    const { file } = await bundleSource(
      "import zlib from 'node:zlib'; const unused = () => zlib.gzipSync(''); export const handler = () => 1",
    )
    expect(loadedBy(file).filter((name) => /zlib/.test(name))).toEqual([])
  })

  it('bring no HTTP client with the HTTP module', async () => {
    const source = "import http, { request } from 'node:http'; export const handler = () => [http.Agent, request]"
    const taken = await bundleSource(source)
    expect(loadedBy(taken.file).filter((name) => name.includes('undici'))).toEqual([])
    const imported = await bundleSource(source, false)
    expect(loadedBy(imported.file).filter((name) => name.includes('undici'))).not.toEqual([])
  })

  it('stay with Node when that is asked for', async () => {
    const { file } = await bundleSource("import { sep } from 'node:path'; export const handler = () => sep", { builtins: false })
    expect(await readFile(file, 'utf8')).toMatch(/from\s*"node:path"/)
  })

  it('must have the names that are imported', async () => {
    await expect(bundleSource("import { rquest } from 'node:http'; export const handler = rquest")).rejects.toThrow(
      /No matching export .*"rquest"/,
    )
  })
})
