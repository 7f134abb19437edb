import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This package's own folder: the same from the sources and from what is compiled of them. */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL('../../../', import.meta.url))

/** This package's own manifest, as far as a project needs it. */
export interface OwnManifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

/** Reads this package's own manifest. */
export async function readOwnManifest(): Promise<OwnManifest> {
  return JSON.parse(await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8'))
}
