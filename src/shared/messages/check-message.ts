import { describeValue } from '../rules/arguments.ts'
import { isCodeLink } from './code-link.ts'
import { createFilling, escapeHtml, type Values, writePlain } from './fill.ts'
import { findMarkupFault, type ReadHtml, readHtml } from './html.ts'
import { fillPlaceholders, withoutSections } from './placeholders.ts'
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
  const check = createCheck(options)
  if (email !== undefined) {
    if (typeof email !== 'object' || email === null)
      throw new TypeError(`${place}.email is ${describeValue(email)}; expected { subject, html, text }`)
    const unknown = Object.keys(email).find((key) => key !== 'subject' && key !== 'html' && key !== 'text')
    if (unknown !== undefined) throw new TypeError(`${place}.email: unknown text '${unknown}'; expected subject, html, text`)
    check('subject', email.subject)
    check('html', email.html)
    if (email.text !== undefined || options.needsText) check('text', email.text)
  }
  if (sms !== undefined) check('sms', sms)
}

type Fail = (fault: string) => never

// Each cold start checks all texts, so the parts that the texts of a message share are made once.
function createCheck({ place: message, name, values, cognitoLimits }: CheckOptions): (part: Part, text: unknown) => void {
  const isInvitation = name === 'AdminCreateUser'
  const { required, optional } = findPlaceholders(name)
  const known = [...required, ...optional, ...Object.keys(values)]
  const links = Object.keys(values).filter((key) => isCodeLink(values[key]))
  const longest = longestValues(isInvitation, cognitoLimits)
  const plain = createFilling(values, longest, writePlain)

  return (part, text) => {
    const place = part === 'sms' ? `${message}.sms` : `${message}.email.${part}`
    if (typeof text !== 'string' || text.trim() === '') throw new TypeError(`${place} is ${describeValue(text)}; expected a text`)
    const fail: Fail = (fault) => {
      throw new TypeError(`${place}: ${fault}`)
    }
    const { isOptional, read } = part === 'html' ? createFilling(values, longest, escapeHtml) : plain
    const filled = fillPlaceholders(text, {
      isOptional,
      read: (key, placeholder) =>
        known.includes(key) ? read(key) : fail(`unknown placeholder ${placeholder}; expected ${known.join(', ')}`),
    })
    if (filled.includes('{')) checkBraces(text, fail)
    if (part !== 'subject') {
      const always = withoutSections(text)
      const has = (key: string): boolean => always.includes(`{{${key}}}`)
      const missing = required.find((key) => !has(key) && !(key === 'code' && links.some(has)))
      if (missing !== undefined) fail(`the placeholder {{${missing}}} is missing`)
    }
    const html = part === 'html' ? readHtml(text) : { markup: [], visible: text }
    const fault = part === 'html' ? findMarkupFault(html) : undefined
    if (fault !== undefined) fail(fault)
    if (isInvitation) checkPassword(html, text, links, fail)
    if (cognitoLimits === undefined || part === 'text') return
    if (part === 'subject' && ['code', 'username', ...links].some((key) => text.includes(`{{${key}}}`)))
      fail('Cognito fills in codes and user names only in the body of an email')
    if (filled.length > LIMITS[part])
      fail(`with the longest values it has ${filled.length} characters; Cognito allows ${LIMITS[part]}${isInvitation ? WITH_LONGEST : ''}`)
  }
}

function checkBraces(text: string, fail: Fail): void {
  const literal = text.replace(/\{\{[^{}]*\}\}/g, '')
  if (literal.includes('{{')) fail('a placeholder is not closed')
  const [raw] = /\{#{2,4}[^{}]*\}|\{username\}/.exec(literal) ?? []
  if (raw !== undefined) fail(`write ${raw === '{username}' ? '{{username}}' : '{{code}}'} instead of ${raw}`)
}

const WITH_LONGEST = '. If your user names and temporary passwords are shorter, set longest: { username, temporaryPassword }'

// A user copies a temporary password, and must not copy a full stop with it. In a link, its characters would need another encoding.
function checkPassword({ markup, visible }: ReadHtml, text: string, links: readonly string[], fail: Fail): void {
  const link = links.find((key) => text.includes(`{{${key}}}`))
  if (link !== undefined) fail(`{{${link}}} is a link with a code, and a temporary password cannot be in a link`)
  if (markup.some((each) => each.includes(CODE))) fail('a temporary password cannot be in an attribute')
  for (let at = visible.indexOf(CODE); at !== -1; at = visible.indexOf(CODE, at + 1)) {
    const beside = [visible.charAt(at - 1), visible.charAt(at + CODE.length)].find((char) => char.trim() !== '')
    if (beside !== undefined) fail(`the temporary password ${CODE} touches '${beside}'; put a space or a line break between them`)
  }
}

const CODE = '{{code}}'

// A code has at most eight digits, and `mailableName` limits a name. Values that grow in HTML are the longest there.
function longestValues(invitation: boolean, { username = 128, temporaryPassword = 256 }: Longest = {}): Values {
  return {
    code: invitation ? '"'.repeat(temporaryPassword) : '00000000',
    username: '"'.repeat(username),
    name: `a'a'a'${'a'.repeat(34)}`,
  }
}
