import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { assertMailFolder, writeMails } from '../../../src/tools/replay/write-mails.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const mail = {
  messageId: '1',
  at: '2026-01-31T09:08:07.000Z',
  from: 'welcome@example.com',
  to: ['"Mary" <mary@example.com>'],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: 'Welcome',
  text: 'Hello',
  html: '<p>Hello</p>',
}
const [EML, HTML, TXT] = ['eml', 'html', 'txt'].map((extension) => `001-mary@example.com.${extension}`)

it('writes each email as a message and its parts as files', async () => {
  const folder = join(await createFolder({}), 'new/mails')

  expect(await writeMails(folder, [mail, { ...mail, to: ['../../eve/"?@example.com'] }])).toEqual([EML, '002-.._.._eve___@example.com.eml'])

  expect((await readdir(folder)).filter((name) => name.startsWith('001'))).toEqual([EML, HTML, TXT])
  expect(await readFile(join(folder, `${EML}`), 'utf8')).toContain('\r\nSubject: Welcome\r\n')
  expect(await readFile(join(folder, `${HTML}`), 'utf8')).toBe(mail.html)
  expect(await readFile(join(folder, `${TXT}`), 'utf8')).toBe(mail.text)
})

it('replaces the emails of the previous replay, and keeps all other files', async () => {
  const folder = await createFolder({ 'notes.txt': 'mine', '007-bond@example.com.eml': 'mine' })
  await writeMails(folder, [mail, mail])

  await writeMails(folder, [mail])

  expect(await readdir(folder)).toEqual(['.lifeguard-mails', EML, HTML, TXT, '007-bond@example.com.eml', 'notes.txt'])
})

it('does not overwrite a file that it did not write, in this replay and the next', async () => {
  const folder = await createFolder({ [`${TXT}`]: 'mine' })

  for (let time = 0; time < 2; time += 1) {
    await expect(writeMails(folder, [mail])).rejects.toThrow(
      `${TXT} exists, and replay did not write it. Move it, or choose another folder`,
    )
    expect(await readdir(folder)).toEqual([TXT])
  }
})

it('removes no file outside the folder, whatever the list of written files contains', async () => {
  const folder = await createFolder({ 'keep.txt': 'mine', '001-a.txt': 'mine' })
  await mkdir(join(folder, 'mails'))
  await writeFile(join(folder, 'mails/.lifeguard-mails'), '../keep.txt\n../001-a.txt\n.\n')

  await writeMails(join(folder, 'mails'), [])

  expect(await readdir(folder)).toEqual(['001-a.txt', 'keep.txt', 'mails'])
})

it('assertMailFolder rejects a file', async () => {
  const folder = await createFolder({ mails: '' })
  await expect(assertMailFolder(join(folder, 'mails'))).rejects.toThrow('is a file; expected a folder')
  await assertMailFolder(join(folder, 'missing'))
})
