import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root folder of this package. The relative path to this folder is the same from `src` and from the compiled files. */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL('../../../', import.meta.url))

/** The fields of this package's package.json that a new project needs. */
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

/** Reads this package's package.json. */
export async function readOwnManifest(): Promise<OwnManifest> {
  return JSON.parse(await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8'))
}
