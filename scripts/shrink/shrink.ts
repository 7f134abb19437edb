import remapping from '@jridgewell/remapping'
import { minify } from '@swc/core'
import type { Mapped } from '../early/compile-early.ts'

/**
 * Makes a program smaller that esbuild has minified, which looks at one expression at a time: functions that are called once
 * are put where they are called, values that are used once likewise. Names of properties stay.
 *
 * @param program An ES module.
 * @throws Error when it is none.
 */
export async function shrink({ code, map }: Mapped): Promise<Mapped> {
  const smaller = await minify(code, { module: true, ecma: 2022, compress: { passes: 2 }, mangle: true, sourceMap: true })
  if (smaller.map === undefined) throw new Error('swc made no source map')
  // Of its map the one source is the program; that one's own map leads on.
  const traced = remapping(smaller.map, (_, { depth }) => (depth === 1 ? map : null))
  return { code: smaller.code, map: traced.toString() }
}
