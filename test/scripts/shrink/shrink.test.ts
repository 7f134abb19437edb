import { SourceMap } from 'node:module'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { shrink } from '../../../scripts/shrink/shrink.ts'

const SOURCE = `const once = (text: string): string => text.trim()
function twice(text: string): string {
  const trimmed = once(text)
  return trimmed + trimmed
}
export const handler = async (event: { readonly name: string }): Promise<string> => {
  if (event.name === '') throw new TypeError('no name')
  return twice(event.name)
}
`

describe('shrink', () => {
  it('makes what esbuild has minified smaller, and leaves it what it does', async () => {
    const { code, map } = await transform(SOURCE, { loader: 'ts', format: 'esm', minify: true, sourcemap: 'external' })
    const smaller = await shrink({ code, map })
    expect(smaller.code.length).toBeLessThan(code.length)
    const { handler } = await import(`data:text/javascript,${encodeURIComponent(smaller.code)}`)
    expect(await handler({ name: ' ab ' })).toBe('abab')
    await expect(handler({ name: '' })).rejects.toThrow(new TypeError('no name'))
  })

  it('leads to the same lines of the sources as before', async () => {
    const { code, map } = await transform(SOURCE, {
      loader: 'ts',
      format: 'esm',
      minify: true,
      sourcemap: 'external',
      sourcefile: 'source.ts',
    })
    const smaller = await shrink({ code, map })
    const before = smaller.code.slice(0, smaller.code.indexOf('no name')).split('\n')
    const entry = new SourceMap(JSON.parse(smaller.map)).findEntry(before.length - 1, before.at(-1)?.length ?? 0)
    expect(entry).toMatchObject({ originalSource: 'source.ts', originalLine: 6 })
  })

  it('refuses what is no program', async () => {
    await expect(shrink({ code: 'const', map: '' })).rejects.toThrow()
  })
})
