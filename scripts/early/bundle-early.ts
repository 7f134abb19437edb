import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BUNDLE_FILE } from '../../src/esbuild/bundle.ts'
import { compileEarly } from './compile-early.ts'
import { functionsCalled, type Start } from './functions-called.ts'

/**
 * In characters. What is compiled together is in memory together, as trees: the few longer functions were a good part of that, and
 * a start was no slower without them.
 */
const LONGEST = 2000

/**
 * Has the functions of a bundle that its start calls compiled together with it.
 *
 * @param folder The folder of the bundle.
 * @returns Why it was left as it is, where its start did not go well: a chain of somebody's own may deny the event.
 */
export async function bundleEarly(folder: string, start: Start): Promise<string | undefined> {
  const file = join(folder, BUNDLE_FILE)
  const called = await functionsCalled(file, start)
  if ('fault' in called) return called.fault
  const [code, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`, 'utf8')])
  const short = called.functions.filter(({ start, end }) => end - start <= LONGEST)
  const early = compileEarly({ code, map }, short)
  await Promise.all([writeFile(file, early.code), writeFile(`${file}.map`, early.map)])
  return undefined
}
