import type { ServerResponse } from 'node:http'
import { html, sendPage } from './html.ts'

/** Sends a page for an error that the application must not get, because its redirect URI is not known to be its own. */
export function sendError(response: ServerResponse, message: string, status = 400): void {
  sendPage(response, { title: 'An error was encountered with the requested page.', status, body: html`<p role="alert">${message}</p>` })
}
