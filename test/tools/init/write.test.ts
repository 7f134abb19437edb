import { readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findConflictingFiles, writeFiles } from '../../../src/tools/init/write.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const files = new Map([
  ['first', '1'],
  ['deep/er/second', '2'],
  ['deep/third', '3'],
])
const goOn = new AbortController().signal

describe('what is in the way', () => {
  it('is nothing in an empty folder, in one that is not there, and in one with other files', async () => {
    const folder = await createFolder({ 'deep/other': '' })
    expect(await findConflictingFiles(folder, files)).toEqual([])
    expect(await findConflictingFiles(join(folder, 'none/at/all'), files)).toEqual([])
  })

  it('is a file of the same name, a folder in its place, and a file in the place of a folder', async () => {
    expect(await findConflictingFiles(await createFolder({ first: '', 'deep/third/x': '' }), files)).toEqual(['first', 'deep/third'])
    expect(await findConflictingFiles(await createFolder({ deep: '' }), files)).toEqual(['deep'])
    expect(await findConflictingFiles(join(await createFolder({ it: '' }), 'it'), files)).toEqual([''])
  })

  it('is a link, even one that leads nowhere, but not one to a folder', async () => {
    const folder = await createFolder({ 'else/where': '' })
    await symlink('nowhere', join(folder, 'first'))
    await symlink('else', join(folder, 'deep'))
    expect(await findConflictingFiles(folder, files)).toEqual(['first'])
    await symlink('nowhere', join(folder, 'app'))
    expect(await findConflictingFiles(join(folder, 'app'), files)).toEqual([''])
  })
})

describe('writing', () => {
  it('makes the folders', async () => {
    const folder = join(await createFolder({}), 'new')
    expect(await writeFiles(folder, files, goOn)).toEqual({ files: [...files.keys()] })
    expect(await readFile(join(folder, 'deep/er/second'), 'utf8')).toBe('2')
  })

  it('overwrites nothing that has come meanwhile, and tells what it has written', async () => {
    const folder = await createFolder({ 'deep/er/second': 'theirs' })
    expect(await writeFiles(folder, files, goOn)).toEqual({ files: ['first'], delivery: expect.stringContaining('EEXIST') })
    expect(await readFile(join(folder, 'deep/er/second'), 'utf8')).toBe('theirs')
  })

  it('ends between two files', async () => {
    const folder = await createFolder({})
    expect(await writeFiles(folder, files, AbortSignal.abort())).toEqual({ files: [], delivery: 'it was told to stop' })
    expect(await readdir(folder)).toEqual([])
  })
})
