import { MissingPeerError } from './errors.ts'

/**
 * Loads an optional peer.
 *
 * @param peer The package's name.
 * @param purpose Why it is wanted, to follow the words "It is needed".
 * @param load Imports it.
 * @throws MissingPeerError when the package itself is missing. A package that is there but fails to load throws its own error.
 * @example
 * const { build } = await importPeer('esbuild', 'to bundle the handlers', () => import('esbuild'))
 */
export async function importPeer<Module>(peer: string, purpose: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (isMissing(error, peer)) throw new MissingPeerError(peer, purpose, { cause: error })
    throw error
  }
}

// A dependency of the peer can be missing too, with the same code: only the name in the message tells them apart.
function isMissing(error: unknown, peer: string): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${peer}'`)
}
