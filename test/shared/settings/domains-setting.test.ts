import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDomainList } from '../../../src/shared/email/domain-file.ts'
import { domains, openDomains } from '../../../src/shared/settings/fields.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeguard-domains-'))
  const { bytes } = buildDomainList(['example.com', '*.example.org'])
  await writeFile(join(folder, 'staff.domains'), bytes)
  await writeFile(join(folder, 'half.domains'), bytes.subarray(0, bytes.length / 2))
  await writeFile(join(folder, 'staff.txt'), '# Our people\nexample.com\n')
  await writeFile(join(folder, 'empty.domains'), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a setting of domains', () => {
  it.each([
    ['@file:staff.domains', 'staff.domains'],
    [' @file:/opt/staff.domains ', '/opt/staff.domains'],
    ['@file:', undefined],
    ['@file:a.domains,b.domains', undefined],
    ['@file:a.domains,example.com', undefined],
    ['example.com,@file:a.domains', undefined],
    ['file:a.domains', undefined],
    ['*', undefined],
  ])('%j names the file %j', (value, file) => {
    const fileOf = (): unknown => {
      const setting = domains().read(value)
      return setting !== undefined && 'file' in setting ? setting.file : undefined
    }
    // What names no file is read as domains, most of which are wrong.
    if (file === undefined && value !== '*') expect(fileOf).toThrow(TypeError)
    else expect(fileOf()).toBe(file)
  })

  it('is opened from the folder of the bundle, or where its path says', () => {
    for (const file of ['staff.domains', './staff.domains', join(folder, 'staff.domains')]) {
      const list = openDomains({ file }, folder)
      expect(['example.com', 'a.example.org', 'example.org'].map(list.has)).toEqual([true, true, false])
    }
  })

  it.each([
    ['none.domains', 'ENOENT: no such file'],
    ['', 'EISDIR'],
    ['half.domains', 'Line 1 of the domain list is wrong: the list ends within it, and may be cut off'],
    ['staff.txt', 'Line 1 of the domain list is wrong: it is a comment'],
    ['empty.domains', 'The domain list holds no pattern; write it with lifeguard domains build'],
  ])('is refused when its file is no whole list: %j', (file, why) => {
    const open = (): unknown => openDomains({ file }, folder)
    expect(open).toThrow(`@file:${file} cannot be used: ${join(folder, file)}`)
    expect(open).toThrow(why)
    expect(open).toThrow("It has to be in the function's zip, see docs/domain-lists.md")
  })
})
