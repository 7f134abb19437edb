import { escapeUTF8 } from 'entities'
import { type TriggerName, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import type { MessageSample } from '../../../../shared/rules/rule.ts'

/** A message of a trigger's handler, with example values. */
export interface Preview extends MessageSample {
  readonly trigger: TriggerName
}

/** Returns the files of the messages by name, and an index.html with links to them. */
export function toFiles(previews: readonly Preview[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const rows = previews.map((preview) => {
    const name = findFreeName(files, toName(preview))
    const { html, text, sms } = preview
    // An email without text has an empty one.
    const own = [
      ...(html === undefined ? [] : [[`${name}.html`, html] as const]),
      ...(text ? [[`${name}.txt`, text] as const] : []),
      ...(sms === undefined ? [] : [[`${name}.sms.txt`, sms] as const]),
    ]
    for (const [file, content] of own) files.set(file, content)
    return toRow(
      preview,
      own.map(([file]) => file),
    )
  })
  return new Map([...files, ['index.html', toIndex(rows)]])
}

// Names come from handlers, so they may contain any character.
function toName({ trigger, locale, name }: Preview): string {
  return [triggerFacts(trigger).folder, locale, name].map((part) => part.replaceAll(/[^\w-]/g, '_').slice(0, 60)).join('-')
}

function findFreeName(files: ReadonlyMap<string, string>, name: string): string {
  const isTaken = (each: string): boolean => ['.html', '.txt', '.sms.txt'].some((ending) => files.has(`${each}${ending}`))
  let free = name
  for (let number = 2; isTaken(free); number += 1) free = `${name}-${number}`
  return free
}

function toRow({ trigger, locale, name, subject = '', sms = '' }: Preview, files: readonly string[]): string {
  const links = files.map((file) => `<a href="${escapeUTF8(file)}">${escapeUTF8(file)}</a>`).join('<br>')
  const cells = [trigger, locale, name, subject, sms].map((text) => `<td>${escapeUTF8(text)}</td>`).join('')
  return `      <tr>${cells}<td>${links}</td></tr>`
}

function toIndex(rows: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '  <head>',
    '    <meta charset="utf-8">',
    '    <title>Messages</title>',
    '    <style>body { font-family: sans-serif } table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: 6px; text-align: left }</style>',
    '  </head>',
    '  <body>',
    '    <table>',
    '      <tr><th>Trigger</th><th>Language</th><th>Message</th><th>Subject</th><th>SMS</th><th>Files</th></tr>',
    ...rows,
    '    </table>',
    '  </body>',
    '</html>',
    '',
  ].join('\n')
}
