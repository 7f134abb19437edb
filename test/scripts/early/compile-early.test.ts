import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'acorn'
import { full } from 'acorn-walk'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileEarly, type Span } from '../../../scripts/early/compile-early.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeguard-early-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const noMap = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: '' })

/** Where a part of a program begins and ends. */
function span(code: string, part: string): Span {
  const start = code.indexOf(part)
  if (start === -1) throw new Error(`${part} is not in ${code}`)
  return { start, end: start + part.length }
}

function early(code: string, parts: readonly string[]): string {
  return compileEarly(
    { code, map: noMap },
    parts.map((part) => span(code, part)),
  ).code
}

describe('compileEarly', () => {
  it('puts the functions that are called in parentheses, and no other', () => {
    const code = 'const f=()=>1,g=()=>2,h=function(){return 3};f(h());'
    expect(early(code, ['()=>1', 'function(){return 3}'])).toBe('const f=(()=>1),g=()=>2,h=(function(){return 3});f(h());')
  })

  it('makes a declaration at the top a variable that comes first', () => {
    expect(early('f();async function f(){}export{f};', ['async function f(){}'])).toBe('var f=(async function (){});f();export{f};')
  })

  it('leaves every function its name', () => {
    const code = early('export const names=[f.name,g.name];function f(){}async function*g(){}', ['function f(){}', 'async function*g(){}'])
    expect(code).toMatch(/^var f=.*var g=/)
    return expect(import(`data:text/javascript,${encodeURIComponent(code)}`)).resolves.toMatchObject({ names: ['f', 'g'] })
  })

  it('takes a declaration that comes first already', () => {
    expect(early('function f(){}export{f as default};', ['function f(){}'])).toBe('var f=(function (){});export{f as default};')
  })

  it('does not change what a program does, whichever functions are called', async () => {
    const code = `const seen=[];add(1);function add(n){seen.push(n);return twice(n)}function twice(n){return[n].map(m=>m*2)[0]}
      async function later(){await null;return add(2)}function*each(){yield*[3,4].map(function(n){return n+one()})}
      const o={m(){return(()=>this.n)()},n:5,get g(){return 6}};class C{#p=()=>7;v(){return this.#p()}static s=function(){return 8}}
      var one=()=>1;export const result=[await later(),...each(),o.m(),o.g,new C().v(),C.s(),add.name,one.name,later.name,seen];`
    const spans: Span[] = []
    full(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), ({ start, end }) => void spans.push({ start, end }))
    const resultOf = async (text: string): Promise<unknown> => (await import(`data:text/javascript,${encodeURIComponent(text)}`)).result
    const expected = await resultOf(code)
    expect(expected).toHaveLength(11)
    await fc.assert(
      fc.asyncProperty(fc.subarray(spans), async (called) => {
        expect(await resultOf(compileEarly({ code, map: noMap }, called).code)).toEqual(expected)
      }),
    )
  })

  it('puts functions inside of each other in parentheses', () => {
    expect(early('f();function f(){return a=>b=>a+b}', ['function f(){return a=>b=>a+b}', 'a=>b=>a+b', 'b=>a+b'])).toBe(
      'var f=(function (){return (a=>(b=>a+b))});f();',
    )
  })

  it.each([
    ['a method', 'class C{m(){}}', '(){}'],
    ['a method of an object', 'const o={m(){}};', '(){}'],
    ['an accessor', 'const o={get m(){return 1}};', '(){return 1}'],
    ['an inner declaration', '{function f(){}}', 'function f(){}'],
    ['a default export without a name', 'export default function(){}', 'function(){}'],
    ['what is no function', 'const a=1;', 'const a=1;'],
  ])('leaves %s alone', (_, code, part) => {
    expect(early(code, [part])).toBe(code)
  })

  it('refuses what is no program', () => {
    expect(() => early('const', [])).toThrow(SyntaxError)
  })

  it('leads to the same lines of the sources as before', async () => {
    const source = `first()

function first(): void {
  const second = (): void => {
    throw new Error('here')
  }
  second()
  second()
}
`
    const { code, map } = await transform(source, { loader: 'ts', minify: true, sourcemap: 'external', sourcefile: 'source.ts' })
    const functions = [/function \w+\(\)\{.*\}/, /\(\)=>\{[^}]*\}/].map((part) => span(code, part.exec(code)?.[0] ?? 'a function'))
    const changed = compileEarly({ code, map }, functions)
    expect(changed.code).toMatch(/^var \w+=\(function \(\)\{.*=\(\(\)=>\{throw .*\}\);/)
    parse(changed.code, { ecmaVersion: 'latest', sourceType: 'module' })
    await writeFile(join(folder, 'program.mjs'), `${changed.code}\n//# sourceMappingURL=program.mjs.map\n`)
    await writeFile(join(folder, 'program.mjs.map'), changed.map)
    const run = promisify(execFile)(process.execPath, ['--enable-source-maps', join(folder, 'program.mjs')])
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringMatching(/source\.ts:5:\d+\)[\s\S]*source\.ts:7:\d+\)[\s\S]*source\.ts:1:\d+\)/),
    })
  })
})
