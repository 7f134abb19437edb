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

describe('findConflictingFiles', () => {
  it('finds no conflict in a missing folder or a folder with other files', async () => {
    const folder = await createFolder({ 'deep/other': '' })
    expect(await findConflictingFiles(folder, files)).toEqual([])
    expect(await findConflictingFiles(join(folder, 'none/at/all'), files)).toEqual([])
  })

  it('finds a file or folder with the name of a new file, and a file with the name of a new folder', async () => {
    expect(await findConflictingFiles(await createFolder({ first: '', 'deep/third/x': '' }), files)).toEqual(['first', 'deep/third'])
    expect(await findConflictingFiles(await createFolder({ deep: '' }), files)).toEqual(['deep'])
    expect(await findConflictingFiles(join(await createFolder({ it: '' }), 'it'), files)).toEqual([''])
  })

  it('finds a symbolic link with the name of a new file, but allows a link to a folder in place of a new folder', async () => {
    const folder = await createFolder({ 'else/where': '' })
    await symlink('nowhere', join(folder, 'first'))
    await symlink('else', join(folder, 'deep'))
    expect(await findConflictingFiles(folder, files)).toEqual(['first'])
    await symlink('nowhere', join(folder, 'app'))
    expect(await findConflictingFiles(join(folder, 'app'), files)).toEqual([''])
  })
})

describe('writeFiles', () => {
  it('creates the folders', async () => {
    const folder = join(await createFolder({}), 'new')
    expect(await writeFiles(folder, files, goOn)).toEqual({ files: [...files.keys()] })
    expect(await readFile(join(folder, 'deep/er/second'), 'utf8')).toBe('2')
  })

  it('overwrites no file: stops at an existing file, and returns the files that it wrote before', async () => {
    const folder = await createFolder({ 'deep/er/second': 'theirs' })
    expect(await writeFiles(folder, files, goOn)).toEqual({ files: ['first'], delivery: expect.stringContaining('EEXIST') })
    expect(await readFile(join(folder, 'deep/er/second'), 'utf8')).toBe('theirs')
  })

  it('stops before the next file when the signal is aborted', async () => {
    const folder = await createFolder({})
    expect(await writeFiles(folder, files, AbortSignal.abort())).toEqual({ files: [], delivery: 'interrupted' })
    expect(await readdir(folder)).toEqual([])
  })
})
