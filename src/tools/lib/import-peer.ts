import { MissingPeerError } from './errors.ts'

/**
 * Loads an optional peer, or a module that imports several.
 *
 * @param peers The names of the packages.
 * @param purpose Why it is needed, to follow the words "It is needed".
 * @param load Imports them.
 * @throws MissingPeerError when the package itself is missing. A package that is there but fails to load throws its own error.
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

// A dependency of the peer can be missing too, with the same code: only the name in the message tells them apart.
function isMissing(error: unknown, peer: string): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${peer}'`)
}
