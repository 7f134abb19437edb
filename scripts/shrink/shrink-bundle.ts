import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shrink } from './shrink.ts'

/** Makes a bundle and its chunks smaller. */
export async function shrinkBundle(folder: string): Promise<void> {
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  await Promise.all(
    scripts.map(async (script) => {
      const file = join(folder, script)
      const [code, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`, 'utf8')])
      const smaller = await shrink({ code, map })
      await Promise.all([writeFile(file, smaller.code), writeFile(`${file}.map`, smaller.map)])
    }),
  )
}
