import { lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { formatEml } from '../local/ses/eml.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'

// Lists the files that replay wrote into a folder, so that the next replay removes only these.
const LIST = '.lifeguard-mails'
const WRITTEN = /^\d{3,}-[\w.@+-]+\.(?:eml|html|txt)$/
const MOST_NAME = 60

/**
 * Checks that emails can be written into a folder, before any event runs.
 *
 * @throws UsageError if the path is a file.
 */
export async function assertMailFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found !== undefined && !found.isDirectory()) throw new UsageError(`--mails ${folder}: is a file; expected a folder`)
}

/**
 * Writes each email as a message (`.eml`) and its parts as `.html` and `.txt`. Removes the files of the previous replay, and overwrites
 * no other file.
 *
 * @returns The names of the messages.
 * @throws UsageError if a file exists that replay did not write, or if a file cannot be written.
 */
export async function writeMails(folder: string, mails: readonly ReceivedMail[]): Promise<readonly string[]> {
  const files = new Map(mails.flatMap((mail, index) => toFiles(mail, index + 1)))
  try {
    await mkdir(folder, { recursive: true })
    await removePrevious(folder)
    await assertFree([...files.keys()].map((name) => join(folder, name)))
    // Written before the emails, so that the next replay also removes the emails of a replay that was interrupted.
    await writeFile(join(folder, LIST), [...files.keys(), ''].join('\n'), { flag: 'wx' })
    for (const [name, content] of files) await writeFile(join(folder, name), content, { flag: 'wx' })
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(`--mails ${folder}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return [...files.keys()].filter((name) => name.endsWith('.eml'))
}

async function removePrevious(folder: string): Promise<void> {
  const list = await readFile(join(folder, LIST), 'utf8').catch(() => '')
  // Another program may have changed the list, so names of other files, or in other folders, are ignored.
  for (const name of list.split('\n').filter((each) => WRITTEN.test(each))) await rm(join(folder, name), { force: true })
  await rm(join(folder, LIST), { force: true })
}

/** @throws UsageError that names the first path that exists. */
async function assertFree(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined)
    if (found !== undefined) throw new UsageError(`--mails: ${path} exists, and replay did not write it. Move it, or choose another folder`)
  }
}

function toFiles(mail: ReceivedMail, number: number): readonly (readonly [string, string])[] {
  const [to = 'unknown'] = [...mail.to, ...mail.cc, ...mail.bcc]
  const address = /<([^<>]*)>\s*$/.exec(to)?.[1] ?? to
  const name = `${String(number).padStart(3, '0')}-${address.replaceAll(/[^\w.@+-]/g, '_').slice(0, MOST_NAME)}`
  return [
    [`${name}.eml`, formatEml(mail)],
    ...(mail.html === undefined ? [] : [[`${name}.html`, mail.html] as const]),
    ...(mail.text === undefined ? [] : [[`${name}.txt`, mail.text] as const]),
  ]
}
