import { createReadStream } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { buildDomainList } from '../shared/email/domain-file.ts'
import { splitLines } from '../shared/lines.ts'
import { META_FILE } from './bundle.ts'
import { EXPECTED_LINE, formatFaults, readDomainSource } from './domain-source.ts'

const ENDINGS = ['.txt', '.json']

/**
 * Builds each list NAME.txt or NAME.json of a folder into NAME.domains in the bundle's folder. If the bundle has a metafile (meta.json),
 * the lists are added to its inputs, so that a bundle counts as stale after a list was edited.
 *
 * @param sources The folder with the lists. If it does not exist, nothing is built.
 * @param bundleFolder The folder of the bundle, which is deployed.
 * @throws Error that lists the entries without a valid pattern, or two lists with the same name.
 * @example
 * await buildDomainFiles('domains', 'dist/pre-signup')
 */
export async function buildDomainFiles(sources: string, bundleFolder: string): Promise<void> {
  const found = await readdir(sources).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const lists = new Map<string, string>()
  for (const file of found.filter((each) => ENDINGS.includes(extname(each)))) {
    const name = basename(file, extname(file))
    const source = join(sources, file)
    const other = lists.get(name)
    if (other !== undefined) throw new Error(`${other} and ${source} would both be built into ${name}.domains; expected one of them`)
    lists.set(name, source)
  }
  for (const [name, source] of lists) await writeFile(join(bundleFolder, `${name}.domains`), await buildListBytes(source))
  if (lists.size > 0) await countAsInputs(join(bundleFolder, META_FILE), [...lists.values()])
}

async function buildListBytes(source: string): Promise<Uint8Array> {
  const read = await readDomainSource(splitLines(createReadStream(source, 'utf8'))).catch((error: Error) => {
    throw new Error(`${source}: ${error.message}`)
  })
  const { patterns, faulty } = read
  if (faulty > 0) throw new Error([...formatFaults(source, read), EXPECTED_LINE].join('\n'))
  if (patterns.length === 0) throw new Error(`${source}: contains no patterns; ${EXPECTED_LINE}`)
  return buildDomainList(patterns).bytes
}

async function countAsInputs(meta: string, files: readonly string[]): Promise<void> {
  const text = await readFile(meta, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (text === undefined) return
  const { inputs, ...others } = JSON.parse(text)
  const lists = Object.fromEntries(files.map((file) => [file, { bytes: 0, imports: [] }]))
  await writeFile(meta, JSON.stringify({ ...others, inputs: { ...inputs, ...lists } }))
}
