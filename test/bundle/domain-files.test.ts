import { mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildDomainFiles } from '../../src/esbuild/domain-files.ts'
import { readDomainList } from '../../src/shared/email/domain-file.ts'
import { findNewerSource } from '../../src/tools/replay/freshness.ts'

/** Creates a project with a built bundle and the given lists. */
async function projectWith(lists: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-domain-files-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'bundle'))
  await writeFile(join(folder, 'bundle/handler.js'), '')
  await writeFile(join(folder, 'bundle/meta.json'), JSON.stringify({ inputs: { 'bundle/handler.js': {} }, outputs: { some: 1 } }))
  if (Object.keys(lists).length > 0) await mkdir(join(folder, 'domains'))
  for (const [name, text] of Object.entries(lists)) await writeFile(join(folder, 'domains', name), text)
  return folder
}

const build = (folder: string): Promise<void> => buildDomainFiles(join(folder, 'domains'), join(folder, 'bundle'))

describe('buildDomainFiles', () => {
  it('builds a .domains file beside the bundle for each text file in the folder', async () => {
    const folder = await projectWith({ 'staff.txt': 'example.com\n', 'x.y.txt': '# all of it\n*.example.org\n', 'notes.md': 'not a list' })
    await build(folder)
    expect((await readdir(join(folder, 'bundle'))).toSorted()).toEqual(['handler.js', 'meta.json', 'staff.domains', 'x.y.domains'])
    expect(readDomainList(await readFile(join(folder, 'bundle/staff.domains'))).has('example.com')).toBe(true)
    expect(readDomainList(await readFile(join(folder, 'bundle/x.y.domains'))).has('a.example.org')).toBe(true)
  })

  it('builds a list from a JSON array, which also counts as an input of the bundle', async () => {
    const folder = await projectWith({ 'staff.json': '["example.com", "ann@example.org"]' })
    await build(folder)
    expect(readDomainList(await readFile(join(folder, 'bundle/staff.domains'))).findPattern('ann@example.org')).toBe('ann@example.org')
    expect(Object.keys(JSON.parse(await readFile(join(folder, 'bundle/meta.json'), 'utf8')).inputs)).toEqual([
      'bundle/handler.js',
      join(folder, 'domains/staff.json'),
    ])
  })

  it.each([
    [{ 'staff.json': '{"a": 1}' }, /domains\/staff\.json: is JSON, but not an array/],
    [{ 'staff.json': '["com"]' }, /domains\/staff\.json: entry 1: 'com' names/],
    [
      { 'staff.json': '["a.com"]', 'staff.txt': 'a.com' },
      /staff\.json and .*staff\.txt would both be built into staff\.domains; expected one of them/,
    ],
  ])('fails the build for the lists %j', async (lists, message) => {
    await expect(build(await projectWith(lists))).rejects.toThrow(message)
  })

  it('builds the .domains files of a bundle that has no metafile', async () => {
    const folder = await projectWith({ 'staff.txt': 'example.com\n' })
    await rm(join(folder, 'bundle/meta.json'))
    await build(folder)
    expect((await readdir(join(folder, 'bundle'))).toSorted()).toEqual(['handler.js', 'staff.domains'])
  })

  it('adds the lists to the inputs of the bundle, so that the bundle is stale after a list was edited', async () => {
    const folder = await projectWith({ 'staff.txt': 'example.com\n' })
    await build(folder)
    const bundle = join(folder, 'bundle/handler.js')
    const at = (seconds: number): Date => new Date(Date.now() + seconds * 1000)
    await utimes(join(folder, 'domains/staff.txt'), at(-60), at(-60))
    expect(await findNewerSource(bundle, folder)).toBeUndefined()
    await utimes(join(folder, 'domains/staff.txt'), at(60), at(60))
    expect(await findNewerSource(bundle, folder)).toBeDefined()
    expect(JSON.parse(await readFile(join(folder, 'bundle/meta.json'), 'utf8')).outputs).toEqual({ some: 1 })
  })

  it('builds no lists when the folder of lists does not exist', async () => {
    const folder = await projectWith({})
    await build(folder)
    expect((await readdir(join(folder, 'bundle'))).toSorted()).toEqual(['handler.js', 'meta.json'])
  })

  it.each([
    [
      'example.com\n\nexample\n*\n',
      /staff\.txt:3: 'example' names a whole top-level domain.*\n.*staff\.txt:4: '\*' allows every domain.*\nexpected one pattern per line/,
    ],
    ['# empty\n', /staff\.txt: contains no patterns; expected one pattern per line/],
  ])('fails the build for the invalid list %j', async (text, message) => {
    const folder = await projectWith({ 'staff.txt': text })
    await expect(build(folder)).rejects.toThrow(message)
  })

  it('fails the build when the folder of lists cannot be read', async () => {
    const folder = await projectWith({})
    await writeFile(join(folder, 'domains'), 'a file')
    await expect(build(folder)).rejects.toThrow('ENOTDIR')
  })
})
