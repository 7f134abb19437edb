import { SourceMap } from 'node:module'
import { decode } from '@jridgewell/sourcemap-codec'
import { type Node, parse } from 'acorn'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moveColumns, parenthesize } from '../../../../../src/tools/cli/commands/precompile/rewrite.ts'

/** Returns the span of a part of a program. */
function span(code: string, part: string): string {
  const start = code.indexOf(part)
  if (start === -1) throw new Error(`${part} is not in ${code}`)
  return `${start}-${start + part.length}`
}

function parenthesized(code: string, called: ReadonlySet<string>): string {
  return parenthesize(code, called).toString()
}

function early(code: string, ...parts: readonly string[]): string {
  return parenthesized(code, new Set(parts.map((part) => span(code, part))))
}

/** Lists the spans of all nodes of a program. */
function listSpans(code: string): readonly string[] {
  const spans = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('start' in value && 'end' in value) spans.add(`${value.start}-${value.end}`)
    for (const child of Object.values(value)) visit(child)
  }
  const program: Node = parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
  visit(program)
  return [...spans]
}

const runText = async (text: string): Promise<unknown> => (await import(`data:text/javascript,${encodeURIComponent(text)}`)).result

describe('parenthesize', () => {
  it('puts parentheses around called functions only', () => {
    const code = 'const f=()=>1,g=()=>2,h=function(){return 3};f(h());'
    expect(early(code, '()=>1', 'function(){return 3}')).toBe('const f=(()=>1),g=()=>2,h=(function(){return 3});f(h());')
  })

  it('puts parentheses around nested functions', () => {
    expect(early('const f=a=>b=>a+b', 'a=>b=>a+b', 'b=>a+b')).toBe('const f=(a=>(b=>a+b))')
  })

  it('does not change a function that is already in parentheses', () => {
    const once = early('f(()=>1,(g=>g));', '()=>1', 'g=>g')
    expect(once).toBe('f((()=>1),(g=>g));')
    expect(early(once, '()=>1', 'g=>g')).toBe(once)
  })

  it('accepts code whose syntax tree is deeper than the call stack allows', () => {
    const code = `a${'.b()'.repeat(5000)};f(()=>1)`

    expect(early(code, '()=>1')).toBe(code.replace('()=>1', '(()=>1)'))
  })

  it.each([
    ['a function declaration, which is hoisted', 'f();function f(){}', 'function f(){}'],
    ['a nested function declaration', '{function f(){}}', 'function f(){}'],
    ['an anonymous default export', 'export default function(){}', 'function(){}'],
    ['a method', 'class C{m(){}}', '(){}'],
    ['a constructor', 'class C{constructor(){}}', '(){}'],
    ['a private method', 'class C{#m(){}}', '(){}'],
    ['a method of an object', 'const o={m(){}};', '(){}'],
    ['an accessor', 'const o={get m(){return 1}};', '(){return 1}'],
    ['a statement that is not a function', 'const a=1;', 'const a=1;'],
    ['a long function', `const f=()=>'${'x'.repeat(2000)}'`, `()=>'${'x'.repeat(2000)}'`],
  ])('does not change %s', (_, code, part) => {
    expect(early(code, part)).toBe(code)
  })

  it.each([
    ['an arrow that returns an object', 'export const result=[1].map(n=>({n}))', 'n=>({n})'],
    ['an async arrow', 'const f=async n=>n;export const result=[f.name,await f(1)]', 'async n=>n'],
    ['a default value of a parameter', 'export const result=((f=()=>f.name)=>f())()', '()=>f.name'],
    ['a function in a template literal', `const t=f=>f();export const result=\`\${t(()=>7)}()=>1\``, '()=>7'],
    ['a generator', 'const g=function*(){yield*[1,2]};export const result=[...g()]', 'function*(){yield*[1,2]}'],
    ['a function that is called immediately', 'export const result=!function(){return 1}()', 'function(){return 1}'],
    ['a function called with new', 'export const result=new function(){this.a=1}().a', 'function(){this.a=1}'],
    ['a function after return', 'const f=()=>{return function(){return 2}};export const result=f()()', 'function(){return 2}'],
    ['a function before a line without a semicolon', 'const f=()=>1\nconst g=[f()]\nexport const result=g', '()=>1'],
    ['a static field', 'class C{static s=()=>3\n;[`t`]=1}export const result=C.s.name+C.s()', '()=>3'],
    [
      'a function with a directive',
      "const f=function(){'use strict';return this===undefined};export const result=f()",
      "function(){'use strict';return this===undefined}",
    ],
    ['non-ASCII text', "const é='ü😀',f=()=>é;export const result=f()", '()=>é'],
  ])('does not change what the program returns: %s', async (_, code, part) => {
    const changed = early(code, part)

    expect(changed).not.toBe(code)
    expect(await runText(changed)).toEqual(await runText(code))
  })

  it.each([
    ['a shebang, a directive and Windows line breaks', "#!/usr/bin/env node\r\n'use strict'\r\nexports.f=()=>1\r\n", '()=>1', '(()=>1)'],
    ['sloppy CommonJS code', 'with({a:1})exports.f=()=>a;return', '()=>a', '(()=>a)'],
  ])('accepts %s', (_, code, part, changed) => {
    expect(early(code, part)).toBe(code.replace(part, changed))
  })

  it('throws a SyntaxError for invalid code', () => {
    expect(() => early('const')).toThrow(SyntaxError)
  })

  it('does not change what a program returns, for every set of called functions', async () => {
    const code = `const seen=[];add(1);function add(n){seen.push(n);return twice(n)}function twice(n){return[n].map(m=>m*2)[0]}
      async function later(){await null;return add(2)}function*each(){yield*[3,4].map(function(n){return n+one()})}
      const o={m(){return(()=>this.n)()},n:5,get g(){return 6}};class C{#p=()=>7;v(){return this.#p()}static s=function(){return 8}}
      var one=()=>1;export const result=[await later(),...each(),o.m(),o.g,new C().v(),C.s(),add.name,one.name,later.name,seen];`
    const expected = await runText(code)
    expect(expected).toHaveLength(11)
    await fc.assert(
      fc.asyncProperty(fc.subarray([...listSpans(code)]), async (called) => {
        expect(await runText(parenthesized(code, new Set(called)))).toEqual(expected)
      }),
    )
  })

  it('does not change what generated programs return', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (expressions) => {
        const code = `const id=x=>x;export const result=[\n${expressions.join(',\n')}\n]`
        const changed = parenthesized(code, new Set(listSpans(code)))
        expect(await runText(changed)).toEqual(await runText(code))
        expect(parenthesized(changed, new Set(listSpans(changed)))).toBe(changed)
      }),
      { numRuns: 100 },
    )
  })
})

/** Generates expressions that contain all kinds of functions. A test compares their values with and without added parentheses. */
const { expression } = fc.letrec<{ expression: string; callee: string }>((tie) => {
  const value = tie('expression')
  return {
    callee: fc.oneof(
      value.map((body) => `(()=>${body})`),
      value.map((body) => `(x=>(${body}))`),
      value.map((body) => `(function(){return ${body}})`),
      value.map((body) => `(function named(){return[named.name,${body}]})`),
      value.map((body) => `id((a=()=>${body})=>a())`),
      value.map((body) => `id(()=>{'use strict';return/**/${body}})`),
      value.map((body) => `({m(){return ${body}}}).m`),
      value.map((body) => `({get g(){return ()=>${body}}}).g`),
      value.map((body) => `(class{static s=()=>${body}}).s`),
      value.map((body) => `(class{static #p(){return ${body}}static q=()=>this.#p()}).q`),
      value.map((body) => `(b=>{function inner(){return ${body}}return inner})()`),
    ),
    expression: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1', "'ü😀'", '`t`', '({}).a', '[]', '/=>/.source', '"()=>1"'),
      tie('callee').map((callee) => `${callee}()`),
      fc.tuple(value, value).map(([a, b]) => `[${a},...[${b}]]`),
      fc.tuple(value, value).map(([a, b]) => `({a:${a},b:()=>${b},['c']:function(){return 1}}).b.name`),
      fc.tuple(value, value).map(([a, b]) => `(${a}?x=>${a}:y=>${b})()`),
      value.map((body) => `\`\${(()=>${body})()}()=>1\``),
      value.map((body) => `[...function*(){yield ${body}}()]`),
      value.map((body) => `(async()=>${body})().constructor.name`),
      value.map((body) => `[async function(){return ${body}}()].length`),
      value.map((body) => `[1,2].map((n,i)=>({n,i,o:${body}}))`),
      value.map((body) => `new function(){this.a=${body}}().a`),
      value.map((body) => `!function(){return ${body}}()`),
    ),
  }
})
const programs: fc.Arbitrary<readonly string[]> = fc.array(expression, { minLength: 1, maxLength: 4 })

describe('moveColumns', () => {
  it('maps every character of the changed code to its source position before the change', async () => {
    const source =
      "first()\n\nfunction first(): void {\n  const second = (): string => 'ü' + [1].map((n) => n)\n  second()\n}\nexport const two = (): number => 2\n"
    for (const minify of [true, false]) {
      const { code, map } = await transform(source, {
        loader: 'ts',
        minify,
        sourcemap: 'external',
        sourcefile: 'source.ts',
        charset: 'utf8',
      })
      const text = parenthesize(code, new Set(listSpans(code)))
      const changed = text.toString()
      expect(changed.length).toBeGreaterThan(code.length + 3)
      const [before, after] = [map, moveColumns(map, text)].map((each) => new SourceMap(JSON.parse(each)))
      const functions = listSpans(code).filter((each) => parenthesized(code, new Set([each])) !== code)
      const places = functions.flatMap((each) => each.split('-').map(Number))
      for (let at = 0; at < code.length; at += 1) {
        if (code[at] === '\n') continue
        const moved = at + places.filter((place) => place <= at).length
        expect(changed[moved]).toBe(code[at])
        const [was, is] = [toPlace(code, at), toPlace(changed, moved)]
        const { originalLine, originalColumn, originalSource } = Object(before?.findEntry(was.line, was.column))
        expect(after?.findEntry(is.line, is.column)).toMatchObject({ originalLine, originalColumn, originalSource })
      }
    }
  })

  it('keeps mappings that have no source, lines that have no mappings, and unsorted mappings', () => {
    // The mappings cover columns 4, 2 and 6 of the first line, no column of the second line, and the end of the third line.
    const map = {
      version: 3,
      sources: ['webpack://a/./a', 'unused'],
      sourceRoot: '/',
      names: ['unused'],
      mappings: 'IAAA,FAAC,IAAA;;QACA',
      x: 1,
    }

    const moved = JSON.parse(moveColumns(JSON.stringify(map), parenthesize('a(()=>1)\n\nb(()=>2)', new Set(['2-7', '12-17']))))

    expect({ ...moved, mappings: decode(moved.mappings) }).toEqual({
      ...map,
      mappings: [
        [
          [3, 0, 0, 1],
          [5, 0, 0, 0],
          [7, 0, 0, 1],
        ],
        [],
        [[10, 0, 1, 1]],
      ],
    })
  })
})

function toPlace(code: string, at: number): { readonly line: number; readonly column: number } {
  const before = code.slice(0, at).split('\n')
  return { line: before.length - 1, column: before.at(-1)?.length ?? 0 }
}
