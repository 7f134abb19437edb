import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findOrigin } from '../../../src/tools/init/origin.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const name = 'cognito-lifeguard'
const version = '1.2.3'
// The SHA-512 hash of the text 'bytes', which is the content of the tarball in these tests.
const integrity = 'sha512-WBAFPeFkTNgzPyyqXL5MlE/Go48XXdlt3oC1n5jHL6qqMu27a6ZVWuXyyCF+vrfgYnHuY6gSoFq44hNk5SQqBg=='

/** Creates a folder in which npm has installed the package. `said` is npm's entry for the package in `.package-lock.json`. */
async function installation(said: object | undefined): Promise<{ readonly root: string; readonly folder: string }> {
  const root = await createFolder({ 'made.tgz': 'bytes' })
  const folder = join(root, 'tool/node_modules', name)
  await mkdir(folder, { recursive: true })
  const record = { packages: { [`node_modules/${name}`]: said } }
  if (said !== undefined) await writeFile(join(root, 'tool/node_modules/.package-lock.json'), JSON.stringify(record))
  return { root, folder }
}

describe('findOrigin', () => {
  it('returns the tarball that npm installed, as a path relative to the project', async () => {
    const { root, folder } = await installation({ version, resolved: 'file:../made.tgz', integrity: 'sha512-of-then' })
    const origin = await findOrigin({ name, version, folder }, join(root, 'work/app'))
    expect(origin).toEqual({
      spec: 'file:../../made.tgz',
      resolved: 'file:../../made.tgz',
      integrity: expect.stringMatching(/^sha512-.{86}==$/),
    })
    const absolute = await installation({ version, resolved: pathToFileURL(join(root, 'made.tgz')).href })
    expect(await findOrigin({ name, version, folder: absolute.folder }, join(root, 'work/app'))).toEqual(origin)
  })

  it('returns a version range and the checksum if npm installed the package from the registry', async () => {
    const { folder } = await installation({ version, resolved: `https://registry.npmjs.org/${name}/-/${name}-1.2.3.tgz`, integrity })
    expect(await findOrigin({ name, version, folder }, '/projects/app')).toEqual({ spec: '^1.2.3', integrity })
  })

  it.each([['npm left no record'], ['the package is a link']])('returns a version range, without a checksum, if %s', async (why) => {
    const { folder } = await installation(why === 'the package is a link' ? { resolved: '../../somewhere', link: true } : undefined)
    expect(await findOrigin({ name, version, folder }, '/projects/app')).toEqual({ spec: '^1.2.3' })
    expect(await findOrigin({ name, version, folder: '/clone/of/lifeguard' }, '/projects/app')).toEqual({ spec: '^1.2.3' })
  })

  it('returns the tarball that the user names, even if npm installed the package from the registry', async () => {
    const { root, folder } = await installation({ version, integrity })
    expect(await findOrigin({ name, version, folder }, root, join(root, 'made.tgz'))).toMatchObject({ spec: 'file:made.tgz' })
  })

  it('rejects a tarball that is missing or is a folder', async () => {
    const { root, folder } = await installation({ version, resolved: 'file:../gone.tgz' })
    const here = { name, version, folder }
    await expect(findOrigin(here, root)).rejects.toThrow(
      `${join(root, 'gone.tgz')}: no such file. Name the tarball of cognito-lifeguard (.tgz)`,
    )
    await expect(findOrigin(here, root, root)).rejects.toThrow(`${root}: is a folder, not a tarball`)
  })
})
