import { maskContact } from '../messages.ts'
import type { User } from '../model.ts'
import type { Flow } from '../operation.ts'
import { AssociateSoftwareToken, VerifySoftwareToken } from '../operations/mfa-settings.ts'
import { toContactName } from '../sign-in.ts'
import { findUser } from '../store.ts'
import { grantAccess } from './grant.ts'
import { type Field, type Html, html } from './html.ts'
import { answerLoginChallenge, MANAGED_LOGIN } from './sign-in-steps.ts'
import { goTo, type LoginPage, type PageVisit, pageForm, runOperation, showPage } from './visit.ts'

const PATH = '/challenge'
const EXPIRED = 'Your session has expired. Sign in again.'

/** Goes on after a step of a sign-in: to its next challenge, or back to the application. */
export async function proceed(visit: PageVisit, flow: Flow): Promise<void> {
  const { ChallengeName: name, Session: session } = flow.answer
  if (typeof name !== 'string' || typeof session !== 'string') await grantAccess(visit, flow)
  else if (name === 'MFA_SETUP') await startSetup(visit, session)
  else showPage(visit, toChallengePage(name, session, visit))
}

/** The pages of the challenges between a right password and the tokens. */
export const challengePage: LoginPage = {
  title: 'Sign in',
  // The address of the page alone has no session.
  show: () => html`<p>${EXPIRED}</p>`,
  async submit(visit, form) {
    const session = form.get('session') ?? ''
    const { flow: kind, expected } = visit.world.sessions.peek(session) ?? {}
    const [name] = expected ?? []
    // A session of the API is for its own operations.
    if (name === undefined || kind !== MANAGED_LOGIN) return goTo(visit, '/login', { notice: 'expired' })
    if (name === 'MFA_SETUP') return setUp(visit, form, session)
    const answers = readAnswers(name, form)
    const ChallengeResponses = { ...answers, USERNAME: findSessionUser(visit, session)?.username ?? '' }
    const input = { ChallengeName: name, Session: session, ChallengeResponses }
    const { flow, error } = await runOperation(visit, `${PATH} ${name}`, answerLoginChallenge, input)
    if (error === undefined && flow !== undefined) return proceed(visit, flow)
    // Without its session, the user must start again.
    if (visit.world.sessions.peek(session) === undefined) return showPage(visit, challengePage, error)
    return showPage(visit, toChallengePage(name, session, visit), error)
  },
}

function findSessionUser({ world, oauth }: PageVisit, session: string): User | undefined {
  const { username } = world.sessions.peek(session) ?? {}
  return username === undefined ? undefined : findUser(oauth.pool, username)
}

function readAnswers(name: string, form: URLSearchParams): Readonly<Record<string, string>> {
  const code = (form.get('code') ?? '').trim()
  if (name === 'SELECT_MFA_TYPE') return { ANSWER: form.get('answer') ?? '' }
  if (name !== 'NEW_PASSWORD_REQUIRED') return { [`${name}_CODE`]: code }
  const attributes = [...form].filter(([field]) => field.startsWith('userAttributes.'))
  return { NEW_PASSWORD: form.get('password') ?? '', ...Object.fromEntries(attributes) }
}

const METHODS: Readonly<Record<string, string>> = {
  SMS_MFA: 'A text message',
  EMAIL_OTP: 'An email',
  SOFTWARE_TOKEN_MFA: 'An authenticator app',
}

function toChallengePage(name: string, session: string, visit: PageVisit): LoginPage {
  const user = findSessionUser(visit, session)
  const hidden = { session }
  const form =
    (parts: { readonly fields: readonly Field[]; readonly submit: string; readonly more?: Html }): LoginPage['show'] =>
    (at) =>
      pageForm(at, PATH, { hidden, ...parts })
  if (name === 'NEW_PASSWORD_REQUIRED') {
    const fields = [
      { name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password' } as const,
      ...visit.oauth.pool.settings.Schema.filter(
        ({ Name, Required }) => Required && Name !== 'sub' && user?.attributes[Name] === undefined,
      ).map(({ Name }) => ({ name: `userAttributes.${Name}`, label: Name })),
    ]
    return { ...challengePage, title: 'Change your password', show: form({ fields, submit: 'Send' }) }
  }
  if (name === 'SELECT_MFA_TYPE') {
    const choices = (user?.mfa.methods ?? []).map(
      (method) => html`<label><input type="radio" name="answer" value="${method}" required> ${METHODS[method] ?? method}</label>`,
    )
    const more = html`<fieldset><legend>How do you want to get the code?</legend>${choices}</fieldset>`
    return { ...challengePage, title: 'Choose a second factor', show: form({ fields: [], submit: 'Continue', more }) }
  }
  const isApp = name === 'SOFTWARE_TOKEN_MFA'
  const to = maskContact(user?.attributes[toContactName(name)] ?? '')
  const label = isApp ? 'Code of the authenticator app' : `Code that was sent to ${to}`
  const fields = [{ name: 'code', label, autocomplete: 'one-time-code' }]
  return { ...challengePage, title: 'Enter your code', show: form({ fields, submit: 'Sign in' }) }
}

/** Creates the secret of an authenticator app, and shows it. */
async function startSetup(visit: PageVisit, old: string): Promise<void> {
  const { flow, error } = await runSetup(visit, AssociateSoftwareToken, { Session: old })
  if (error !== undefined || flow === undefined) return showPage(visit, challengePage, error)
  return showPage(visit, toSetupPage(String(flow.answer.SecretCode), String(flow.answer.Session)))
}

function toSetupPage(secret: string, session: string): LoginPage {
  const fields = [{ name: 'code', label: 'Code of the authenticator app', autocomplete: 'one-time-code' }]
  const show = (visit: PageVisit): Html => html`<p>Add this key to your authenticator app: <code>${secret}</code></p>
${pageForm(visit, PATH, { fields, submit: 'Sign in', hidden: { session } })}`
  return { ...challengePage, title: 'Set up an authenticator app', show }
}

/** Checks the first code of an authenticator app, and goes on with the sign-in. */
async function setUp(visit: PageVisit, form: URLSearchParams, session: string): Promise<void> {
  const secret = findSessionUser(visit, session)?.mfa.newTotp ?? ''
  const verified = await runSetup(visit, VerifySoftwareToken, { Session: session, UserCode: (form.get('code') ?? '').trim() })
  if (verified.error !== undefined) return showPage(visit, toSetupPage(secret, session), verified.error)
  const input = { ChallengeName: 'MFA_SETUP', Session: String(verified.flow?.answer.Session), ChallengeResponses: {} }
  const { flow, error } = await runOperation(visit, `${PATH} MFA_SETUP`, answerLoginChallenge, input)
  return error === undefined && flow !== undefined ? proceed(visit, flow) : showPage(visit, challengePage, error)
}

const runSetup = (visit: PageVisit, operation: typeof AssociateSoftwareToken, input: Readonly<Record<string, string>>) =>
  runOperation(visit, `${PATH} MFA_SETUP`, operation, input)
