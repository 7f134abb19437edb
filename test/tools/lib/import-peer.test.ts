import { describe, expect, it } from 'vitest'
import { MissingPeerError } from '../../../src/tools/lib/errors.ts'
import { importPeer } from '../../../src/tools/lib/import-peer.ts'

function notFound(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
}

describe('importPeer', () => {
  it('returns the package if it is installed', async () => {
    await expect(importPeer('kept', 'for a test', async () => ({ answer: 42 }))).resolves.toEqual({ answer: 42 })
  })

  it('throws an error with the name of the package, the purpose and the install command', async () => {
    const failure = importPeer('some-peer', 'to do something', async () => {
      throw notFound("Cannot find package 'some-peer' imported from /a/b.ts")
    })
    await expect(failure).rejects.toThrow(MissingPeerError)
    await expect(failure).rejects.toMatchObject({ peer: 'some-peer', message: expect.stringContaining('npm install --save-dev some-peer') })
  })

  it('throws an error that names the missing package if several packages are needed', async () => {
    const load = (): Promise<never> => Promise.reject(notFound("Cannot find package 'other-peer' imported from /a/b.ts"))

    await expect(importPeer(['some-peer', 'other-peer'], 'to do something', load)).rejects.toMatchObject({ peer: 'other-peer' })
  })

  it('rethrows the error if the package is installed, but one of its dependencies is missing', async () => {
    const error = notFound("Cannot find package 'its-dependency' imported from /node_modules/some-peer/index.js")
    await expect(importPeer('some-peer', 'to do something', () => Promise.reject(error))).rejects.toBe(error)
  })

  it('rethrows the error of an installed package that fails to load', async () => {
    const error = new Error('This platform is not supported')
    await expect(importPeer('some-peer', 'to do something', () => Promise.reject(error))).rejects.toBe(error)
  })
})
