import { MissingPeerError } from './errors.ts'

/**
 * Imports an optional peer dependency, or a module that imports several of them.
 *
 * @param peers The names of the packages.
 * @param purpose The purpose, which follows "It is needed" in the error message.
 * @param load Imports the package or module.
 * @throws MissingPeerError if a package of `peers` is missing. Any other error of `load` is rethrown.
 * @example
 * const { build } = await importPeer('esbuild', 'to bundle the handlers', () => import('esbuild'))
 */
export async function importPeer<Module>(peers: string | readonly string[], purpose: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const missing = [peers].flat().find((peer) => isMissing(error, peer))
    if (missing !== undefined) throw new MissingPeerError(missing, purpose, { cause: error })
    throw error
  }
}

// If a dependency of the peer is missing, Node throws the same error code. So the package name in the message must match.
function isMissing(error: unknown, peer: string): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${peer}'`)
}
