import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { escapeUTF8 } from 'entities'

/** A piece of HTML. Only the tag {@link html} makes one, so that each text in it is escaped. */
export interface Html {
  readonly html: string
}

type Piece = string | number | Html | undefined | false | readonly Html[]

/** Makes HTML of a template, and escapes each text that it puts in. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: parts.map((part, index) => `${part}${render(pieces[index])}`).join('') }
}

function render(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (typeof piece === 'string' || typeof piece === 'number') return escapeUTF8(String(piece))
  return 'html' in piece ? piece.html : piece.map((each) => each.html).join('\n')
}

const STYLE = `
  body {
    font: 16px/1.5 system-ui, sans-serif;
    margin: 2rem auto;
    padding: 0 1rem;
    max-width: 26rem;
    color-scheme: light dark;
  }
  label, legend {
    display: block;
    margin-top: .75rem;
  }
  input:not([type=radio]), textarea {
    font: inherit;
    width: 100%;
    box-sizing: border-box;
    padding: .4rem;
  }
  button {
    font: inherit;
    margin-top: 1rem;
    padding: .4rem 1rem;
  }
  fieldset {
    border: 0;
    padding: 0;
    margin: 0;
  }
  fieldset label {
    display: block;
  }
  [role=alert] {
    border-left: .3rem solid #b00020;
    padding-left: .7rem;
  }
  [role=status] {
    border-left: .3rem solid #00695c;
    padding-left: .7rem;
  }
  code {
    overflow-wrap: anywhere;
  }
`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** A page to send. */
export interface Page {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /**
   * The URL to which a form of the page may lead in the end. Chromium applies the policy for forms to redirects too. Null if the page
   * cannot know it.
   */
  readonly leadsTo?: string | null
}

/** Sends a page. It loads nothing and runs no script. */
export function sendPage(response: ServerResponse, { title, body, status = 200, leadsTo }: Page): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
      ...(leadsTo === null ? [] : [`form-action 'self'${leadsTo === undefined ? '' : toSource(leadsTo)}`]),
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeUTF8(title)} - local user pool</title>
<style>${STYLE}</style>
<main>
<h1>${escapeUTF8(title)}</h1>
${body.html}
</main>
</html>
`)
}

/** Sends a page for an error that the application must not get, because its redirect URI is not known to be its own. */
export function sendError(response: ServerResponse, message: string, status = 400): void {
  sendPage(response, { title: 'An error was encountered with the requested page.', status, body: html`<p role="alert">${message}</p>` })
}

/** Returns the source of a policy for the origin of a URL, or for its scheme if it has no origin. */
function toSource(url: string): string {
  const { origin, protocol } = new URL(url)
  const source = origin === 'null' ? protocol : origin
  return /^[\w.:/[\]+-]+$/.test(source) ? ` ${source}` : ''
}

/** Sends the browser to another URL. */
export function redirect(response: ServerResponse, location: string): void {
  // A header has ASCII alone, and a callback URL may have other letters.
  const ascii = location.toWellFormed().replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent)
  // 303 makes the browser send GET after a form.
  response.writeHead(303, { location: ascii, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).end()
}

/** A field of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'tel' | 'password'
  readonly autocomplete?: string
  readonly value?: string | undefined
  readonly optional?: boolean
}

/** A form. */
export interface Form {
  readonly action: string
  readonly csrf: string
  readonly fields: readonly Field[]
  readonly submit: string
  readonly hidden?: Readonly<Record<string, string>>
  /** HTML between the fields and the button. */
  readonly more?: Html
}

export function renderForm({ action, csrf, fields, submit, hidden = {}, more }: Form): Html {
  return html`<form method="post" action="${action}">
${Object.entries({ _csrf: csrf, ...hidden }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields.map(renderField)}
${more}
<button type="submit">${submit}</button>
</form>`
}

function renderField({ name, label, type = 'text', autocomplete = 'off', value = '', optional = false }: Field): Html {
  const isPlain = type === 'text' && html` autocapitalize="none" spellcheck="false"`
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${value}"${isPlain}${!optional && html` required`}>`
}

/** Renders what went wrong, or what has happened, above a form. */
export function renderNotes({ error, notice }: { readonly error?: string | undefined; readonly notice?: string | undefined }): Html {
  return html`${error !== undefined && html`<p role="alert">${error}</p>`}${notice !== undefined && html`<p role="status">${notice}</p>`}`
}
