import type { CognitoError } from '../errors.ts'
import type { Flow, Operation } from '../operation.ts'
import type { Visit } from './grant.ts'
import { type Html, html, redirect, renderForm, renderNotes, sendPage } from './html.ts'
import { type LoginRow, runRow, withOperation } from './run-row.ts'

/** A visit of a page with a form. */
export interface PageVisit extends Visit {
  readonly csrf: string
  /** The texts above the form, and the name that the user typed before. */
  readonly notes: Notes
}

export interface Notes {
  readonly error?: string | undefined
  readonly notice?: string | undefined
  readonly userName?: string | undefined
}

/** A page of managed login with a form. */
export interface LoginPage {
  readonly title: string
  readonly show: (visit: PageVisit) => Html
  readonly submit: (visit: PageVisit, form: URLSearchParams) => Promise<void>
}

/** Returns the URL of a page with the authorization request, which each page passes on. */
export function toPage(path: string, { oauth }: Pick<Visit, 'oauth'>, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(oauth.query)
  for (const name of ['username', 'notice']) query.delete(name)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return `${path}?${query}`
}

/** Sends a page again with the error of its form, or sends it for the first time. */
export function showPage(visit: PageVisit, { title, show }: LoginPage, error?: CognitoError, notes: Notes = {}): void {
  const all = { ...visit.notes, ...notes, ...(error !== undefined && { error: error.message, notice: undefined }) }
  const body = html`${renderNotes(all)}
${show({ ...visit, notes: all })}`
  sendPage(visit.response, { title, body, status: error?.status ?? 200, leadsTo: visit.oauth.redirectUri })
}

/** Sends the browser to another page. */
export function goTo(visit: PageVisit, path: string, more?: Readonly<Record<string, string>>): void {
  redirect(visit.response, toPage(path, visit, more))
}

/** Renders the form of a page. Its action is the same page. */
export function pageForm(visit: PageVisit, path: string, form: Omit<Parameters<typeof renderForm>[0], 'action' | 'csrf'>): Html {
  return renderForm({ ...form, action: toPage(path, visit), csrf: visit.csrf })
}

/** Renders a link to another page. */
export function pageLink(visit: PageVisit, path: string, text: string): Html {
  return html`<p><a href="${toPage(path, visit)}">${text}</a></p>`
}

/** Runs an operation of the API for the user of a page. */
export function runOperation(
  { world, oauth }: PageVisit,
  row: string,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly flow: Flow | undefined; readonly error: CognitoError | undefined }> {
  const { pool, client, scopes, nonce } = oauth
  const own = { ClientId: client.id, ...input }
  const request: LoginRow = {
    row,
    caller: { pool, client },
    input: own,
    given: { grant: { scopes, nonce } },
    run: withOperation(operation, own),
  }
  return runRow(world, request)
}
