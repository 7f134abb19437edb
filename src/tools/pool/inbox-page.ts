import type { IncomingMessage, ServerResponse } from 'node:http'
import { escapeUTF8 } from 'entities'
import type { Inbox, InboxMessage } from './inbox.ts'

// Users control a part of each message, so the page loads nothing and runs nothing. Its frames have an origin of their own.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Answers the inbox: as JSON for a client that accepts it, else as a page.
 *
 * @param to The address whose messages are wanted. Null for all messages.
 */
export function answerInbox(inbox: Inbox, request: IncomingMessage, response: ServerResponse, to: string | null = null): void {
  const messages = inbox.messages().filter((message) => to === null || message.to === to)
  const isJson = request.headers.accept?.includes('application/json') === true
  response.writeHead(200, {
    'content-type': isJson ? 'application/json' : 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  response.end(isJson ? JSON.stringify(messages) : renderInbox(messages))
}

function renderInbox(messages: readonly InboxMessage[]): string {
  const title = `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - local user pool</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 60rem; color-scheme: light dark }
  article { border-top: 1px solid; padding: .5rem 0 }
  iframe { width: 100%; height: 16rem; border: 1px solid; background: #fff }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>${title}</h1>
${messages.length === 0 ? '<p>No message yet. Sign a user up, and reload this page.</p>' : messages.toReversed().map(renderMessage).join('\n')}
</html>
`
}

function renderMessage({ at, channel, to, subject, text, html, code }: InboxMessage): string {
  const head = `<h2>${escapeUTF8(subject ?? text ?? '')}</h2>
<p>${escapeUTF8(`${channel === 'email' ? 'Email' : 'Text message'} to ${to}, ${at}`)}${code === undefined ? '' : `. Code: <strong>${escapeUTF8(code)}</strong>`}</p>`
  const body =
    html === null ? `<pre>${escapeUTF8(text ?? '')}</pre>` : `<iframe sandbox title="The message" srcdoc="${escapeUTF8(html)}"></iframe>`
  return `<article>\n${head}\n${body}\n</article>`
}
