import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BUNDLE_FILE } from '../../src/build/bundle.ts'
import { compileEarly } from './compile-early.ts'
import { functionsCalled, type Start } from './functions-called.ts'

/**
 * Has the functions of a bundle that its start calls compiled together with it.
 *
 * @param folder The folder of the bundle.
 * @throws Error when the bundle does not start.
 */
export async function bundleEarly(folder: string, start: Start): Promise<void> {
  const file = join(folder, BUNDLE_FILE)
  const [code, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`, 'utf8')])
  const early = compileEarly({ code, map }, await functionsCalled(file, start))
  await Promise.all([writeFile(file, early.code), writeFile(`${file}.map`, early.map)])
}
