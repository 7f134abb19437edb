import { lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './errors.ts'

/** A folder for the files that a command writes. */
export interface OwnFolder {
  readonly folder: string
  /** The command that writes the files, such as `replay`. */
  readonly command: string
  /** The argument that names the folder, such as `--mails`, for messages. */
  readonly argument: string
  /** The name of the file that lists the written files, so that the next run removes only these. */
  readonly list: string
  /** Matches the names of the files that the command writes. */
  readonly names: RegExp
}

/**
 * Checks that files can be written into a folder.
 *
 * @throws UsageError if the path is a file.
 */
export async function assertFolder({ folder, argument }: Pick<OwnFolder, 'folder' | 'argument'>): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found !== undefined && !found.isDirectory()) throw new UsageError(`${argument} ${folder}: is a file; expected a folder`)
}

/**
 * Writes files into a folder. Removes the files of the previous run, and overwrites no other file.
 *
 * @param files The contents by name.
 * @throws UsageError if a file exists that the command did not write, or if a file cannot be written.
 */
export async function writeOwnFiles(own: OwnFolder, files: ReadonlyMap<string, string>): Promise<void> {
  const { folder, argument, list } = own
  try {
    await mkdir(folder, { recursive: true })
    await removePrevious(own)
    await assertFree(own, [...files.keys()])
    // Written first, so that the next run also removes the files of a run that was interrupted.
    await writeFile(join(folder, list), [...files.keys(), ''].join('\n'), { flag: 'wx' })
    for (const [name, content] of files) await writeFile(join(folder, name), content, { flag: 'wx' })
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(`${argument} ${folder}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function removePrevious({ folder, list, names }: OwnFolder): Promise<void> {
  const text = await readFile(join(folder, list), 'utf8').catch(() => '')
  // Another program may have changed the list, so names of other files, or in other folders, are ignored.
  for (const name of text.split('\n').filter((each) => names.test(each))) await rm(join(folder, name), { force: true })
  await rm(join(folder, list), { force: true })
}

/** @throws UsageError that names the first file that exists. */
async function assertFree({ folder, command, argument }: OwnFolder, names: readonly string[]): Promise<void> {
  for (const path of names.map((name) => join(folder, name))) {
    const found = await lstat(path).catch(() => undefined)
    if (found !== undefined)
      throw new UsageError(`${argument}: ${path} exists, and ${command} did not write it. Move it, or choose another folder`)
  }
}
