import { describeValue } from '../rules/arguments.ts'
import { isCodeLink } from './code-link.ts'
import { createFilling, escapeHtml, type Values, writePlain } from './fill.ts'
import { findMarkupFault, listMarkup, toVisibleText } from './html.ts'
import { fillPlaceholders, listPlaceholders } from './placeholders.ts'
import { findPlaceholders, type MessageTexts, type OwnValues } from './texts.ts'

/** The greatest length of the values that Cognito inserts into an invitation, in characters. */
export interface Longest {
  /** The length of a user name, 128 by default. */
  readonly username?: number
  /** The length of a temporary password, 256 by default. */
  readonly temporaryPassword?: number
}

/** The message that is checked, and the needs of the rule that uses it. */
export interface CheckOptions {
  /** The start of error messages, such as `messages(): de.ForgotPassword`. */
  readonly place: string
  readonly name: string
  readonly values: OwnValues
  readonly needsText: boolean
  /** Set if Cognito sends the message, so that its maximum lengths hold. */
  readonly cognitoLimits?: Longest | undefined
}

/**
 * The maximum lengths of Cognito, in characters, with the code filled in.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
 */
export const LIMITS = { subject: 140, html: 20_000, sms: 140 } as const

type Part = 'subject' | 'html' | 'text' | 'sms'

/** @throws TypeError if a text of the message is invalid. */
export function checkMessage({ email, sms }: MessageTexts, options: CheckOptions): void {
  const { place } = options
  if (email !== undefined) {
    if (typeof email !== 'object' || email === null)
      throw new TypeError(`${place}.email is ${describeValue(email)}; expected { subject, html, text }`)
    const unknown = Object.keys(email).find((key) => key !== 'subject' && key !== 'html' && key !== 'text')
    if (unknown !== undefined) throw new TypeError(`${place}.email: unknown text '${unknown}'; expected subject, html, text`)
    checkText('subject', email.subject, options)
    checkText('html', email.html, options)
    if (email.text !== undefined || options.needsText) checkText('text', email.text, options)
  }
  if (sms !== undefined) checkText('sms', sms, options)
}

function checkText(part: Part, text: unknown, { place: message, name, values, cognitoLimits }: CheckOptions): void {
  const place = part === 'sms' ? `${message}.sms` : `${message}.email.${part}`
  if (typeof text !== 'string' || text.trim() === '') throw new TypeError(`${place} is ${describeValue(text)}; expected a text`)
  const fail = (fault: string): never => {
    throw new TypeError(`${place}: ${fault}`)
  }
  const invitation = name === 'AdminCreateUser'
  const { required, optional } = findPlaceholders(name)
  const known = new Set<string>([...required, ...optional, ...Object.keys(values)])
  const { isOptional, read } = createFilling(values, longestValues(invitation, cognitoLimits), part === 'html' ? escapeHtml : writePlain)
  const filled = fillPlaceholders(text, {
    isOptional,
    read: (key, placeholder) =>
      known.has(key) ? read(key) : fail(`unknown placeholder ${placeholder}; expected ${[...known].join(', ')}`),
  })
  const literal = text.replace(/\{\{[^{}]*\}\}/g, '')
  if (literal.includes('{{')) fail('a placeholder is not closed')
  const [raw] = /\{#{2,4}[^{}]*\}|\{username\}/.exec(literal) ?? []
  if (raw !== undefined) fail(`write ${raw === '{username}' ? '{{username}}' : '{{code}}'} instead of ${raw}`)

  const links = Object.keys(values).filter((key) => isCodeLink(values[key]))
  const always = listPlaceholders(text)
  if (part !== 'subject') {
    const missing = required.find((key) => !always.includes(key) && !(key === 'code' && links.some((link) => always.includes(link))))
    if (missing !== undefined) fail(`the placeholder {{${missing}}} is missing`)
  }
  if (part === 'html') {
    const fault = findMarkupFault(text)
    if (fault !== undefined) fail(fault)
  }
  if (invitation) checkPassword(part, text, links, fail)
  if (cognitoLimits === undefined || part === 'text') return
  if (
    part === 'subject' &&
    (text.includes('{{code}}') || links.some((link) => text.includes(`{{${link}}}`)) || text.includes('{{username}}'))
  )
    fail('Cognito fills in codes and user names only in the body of an email')
  if (filled.length > LIMITS[part])
    fail(`with the longest values it has ${filled.length} characters; Cognito allows ${LIMITS[part]}${invitation ? WITH_LONGEST : ''}`)
}

const WITH_LONGEST = '. If your user names and temporary passwords are shorter, set longest: { username, temporaryPassword }'

// A user copies a temporary password, and must not copy a full stop with it. In a link, its characters would need another encoding.
function checkPassword(part: Part, text: string, links: readonly string[], fail: (fault: string) => never): void {
  const link = links.find((key) => text.includes(`{{${key}}}`))
  if (link !== undefined) fail(`{{${link}}} is a link with a code, and a temporary password cannot be in a link`)
  if (part === 'html' && listMarkup(text).includes('{{code}}')) fail('a temporary password cannot be in an attribute')
  const visible = part === 'html' ? toVisibleText(text) : text
  for (const { index } of visible.matchAll(/\{\{code\}\}/g)) {
    const beside = [visible.charAt(index - 1), visible.charAt(index + '{{code}}'.length)].find((char) => char.trim() !== '')
    if (beside !== undefined) fail(`the temporary password {{code}} touches '${beside}'; put a space or a line break between them`)
  }
}

// A code has at most eight digits, and `mailableName` limits a name. Values that grow in HTML are the longest there.
function longestValues(invitation: boolean, { username = 128, temporaryPassword = 256 }: Longest = {}): Values {
  return {
    code: invitation ? '"'.repeat(temporaryPassword) : '00000000',
    username: '"'.repeat(username),
    name: `a'a'a'${'a'.repeat(34)}`,
  }
}
