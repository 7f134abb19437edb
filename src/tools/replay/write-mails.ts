import { assertFolder, type OwnFolder, writeOwnFiles } from '../lib/own-files.ts'
import { formatEml } from '../local/ses/eml.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'

const MAILS: Omit<OwnFolder, 'folder'> = {
  command: 'replay',
  argument: '--mails',
  list: '.lifeguard-mails',
  names: /^\d{3,}-[\w.@+-]+\.(?:eml|html|txt)$/,
}
const MOST_NAME = 60

/**
 * Checks that emails can be written into a folder, before any event runs.
 *
 * @throws UsageError if the path is a file.
 */
export async function assertMailFolder(folder: string): Promise<void> {
  await assertFolder({ ...MAILS, folder })
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
  await writeOwnFiles({ ...MAILS, folder }, files)
  return [...files.keys()].filter((name) => name.endsWith('.eml'))
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
