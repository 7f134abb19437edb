import { escapeUTF8 } from 'entities'
import type { ReceivedMail } from './local-ses.ts'

/** A response to a browser. */
export interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** The Content-Security-Policy header. */
  readonly policy: string
}

// Forbids the browser to load files and to run scripts, because end users control part of an email's content.
const NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
// An email's HTML also gets a separate origin (`sandbox`), and may show inline images.
const FOREIGN_HTML = `${NO_SCRIPTS}; img-src data:; sandbox`

/**
 * Returns the page for a browser's GET request. `/` lists the emails, `/mails.json` returns the list as JSON, and `/mails/ID/text` and
 * `/mails/ID/html` show the parts of one email.
 */
export function renderInbox(path: string, mails: readonly ReceivedMail[]): Page {
  if (path === '/') return renderHtmlPage(renderList(mails))
  if (path === '/mails.json') return { status: 200, contentType: 'application/json', body: JSON.stringify(mails), policy: NO_SCRIPTS }
  const [, id, part] = /^\/mails\/([^/]+)\/(text|html)$/.exec(path) ?? []
  const mail = mails.find(({ messageId }) => messageId === id)
  if (part === 'html' && mail?.html !== undefined) return { ...renderHtmlPage(mail.html), policy: FOREIGN_HTML }
  if (part === 'text' && mail?.text !== undefined) return renderPlainPage(200, mail.text)
  return renderPlainPage(404, 'Email or page not found.\n')
}

function renderHtmlPage(body: string): Page {
  return { status: 200, contentType: 'text/html; charset=utf-8', body, policy: NO_SCRIPTS }
}

function renderPlainPage(status: number, body: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body, policy: NO_SCRIPTS }
}

function renderList(mails: readonly ReceivedMail[]): string {
  const title = `${mails.length} ${mails.length === 1 ? 'email' : 'emails'}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - local SES</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
  table { border-collapse: collapse }
  th, td { padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere }
</style>
<h1>${title}</h1>
${mails.length === 0 ? '<p>No email has been sent yet. Reload this page after sending one.</p>' : renderTable(mails)}
</html>
`
}

function renderTable(mails: readonly ReceivedMail[]): string {
  const head = ['At', 'From', 'To', 'Subject', 'Show'].map((name) => `<th scope="col">${name}</th>`).join('')
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${mails.toReversed().map(renderRow).join('\n')}\n</tbody>\n</table>`
}

function renderRow(mail: ReceivedMail): string {
  const recipients = [...mail.to, ...mail.cc.map((cc) => `cc: ${cc}`), ...mail.bcc.map((bcc) => `bcc: ${bcc}`)]
  const parts = (['text', 'html'] as const).filter((part) => mail[part] !== undefined)
  const links = parts.map((part) => `<a href="/mails/${escapeUTF8(mail.messageId)}/${part}">${part}</a>`)
  const cells = [mail.at, mail.from, recipients.join(', '), mail.subject].map(escapeUTF8)
  return `<tr>${[...cells, links.join(' ')].map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}
