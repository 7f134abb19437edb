import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findOrigin } from '../../../src/tools/init/origin.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const name = 'cognito-lifeguard'
const version = '1.2.3'
// Of the five letters in the file.
const integrity = 'sha512-WBAFPeFkTNgzPyyqXL5MlE/Go48XXdlt3oC1n5jHL6qqMu27a6ZVWuXyyCF+vrfgYnHuY6gSoFq44hNk5SQqBg=='

/** A folder in which npm has installed the package, as it says. */
async function installation(said: object | undefined): Promise<{ readonly root: string; readonly folder: string }> {
  const root = await createFolder({ 'made.tgz': 'bytes' })
  const folder = join(root, 'tool/node_modules', name)
  await mkdir(folder, { recursive: true })
  const record = { packages: { [`node_modules/${name}`]: said } }
  if (said !== undefined) await writeFile(join(root, 'tool/node_modules/.package-lock.json'), JSON.stringify(record))
  return { root, folder }
}

describe('where a project gets the package from', () => {
  it('is the tarball that the command was installed from, seen from the project', async () => {
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

  it('is the registry, at this version, where it came from there', async () => {
    const { folder } = await installation({ version, resolved: `https://registry.npmjs.org/${name}/-/${name}-1.2.3.tgz`, integrity })
    expect(await findOrigin({ name, version, folder }, '/projects/app')).toEqual({ spec: '^1.2.3', integrity })
  })

  it.each([['nothing says'], ['it is a link']])('is the registry where %s', async (why) => {
    const { folder } = await installation(why === 'it is a link' ? { resolved: '../../somewhere', link: true } : undefined)
    expect(await findOrigin({ name, version, folder }, '/projects/app')).toEqual({ spec: '^1.2.3' })
    expect(await findOrigin({ name, version, folder: '/clone/of/lifeguard' }, '/projects/app')).toEqual({ spec: '^1.2.3' })
  })

  it('is the tarball that was named, whatever it was installed from', async () => {
    const { root, folder } = await installation({ version, integrity })
    expect(await findOrigin({ name, version, folder }, root, join(root, 'made.tgz'))).toMatchObject({ spec: 'file:made.tgz' })
  })

  it('cannot be a tarball that is gone, or a folder', async () => {
    const { root, folder } = await installation({ version, resolved: 'file:../gone.tgz' })
    const here = { name, version, folder }
    await expect(findOrigin(here, root)).rejects.toThrow(
      `${join(root, 'gone.tgz')}: no such file; name the packed cognito-lifeguard (.tgz)`,
    )
    await expect(findOrigin(here, root, root)).rejects.toThrow(`${root}: a folder, not a packed package`)
  })
})
