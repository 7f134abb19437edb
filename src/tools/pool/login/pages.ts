import { CONTACTS } from '../attributes.ts'
import { toAttributeList } from '../input.ts'
import type { Pool } from '../model.ts'
import { ConfirmForgotPassword, ForgotPassword } from '../operations/passwords.ts'
import { ConfirmSignUp, ResendConfirmationCode, SignUp } from '../operations/sign-up.ts'
import { listProviders, NATIVE } from './authorization-request.ts'
import { challengePage, proceed } from './challenge-page.ts'
import { type Field, type Html, html } from './html.ts'
import { login } from './sign-in-steps.ts'
import { goTo, type LoginPage, type PageVisit, pageForm, pageLink, runOperation, showPage, toPage } from './visit.ts'

const read = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').trim()

/** Returns the field of the user's name, with the label that fits the pool. */
function nameField({ oauth, notes }: PageVisit): Field {
  const { UsernameAttributes: names } = oauth.pool.settings
  const label =
    names.length === 2 ? 'Email or phone number' : names[0] === 'email' ? 'Email' : names.length === 1 ? 'Phone number' : 'Username'
  return { name: 'username', label, autocomplete: 'username', value: notes.userName }
}

const passwordField = (isNew: boolean): Field => {
  return {
    name: 'password',
    label: isNew ? 'New password' : 'Password',
    type: 'password',
    autocomplete: isNew ? 'new-password' : 'current-password',
  }
}
const codeField: Field = { name: 'code', label: 'Code', autocomplete: 'one-time-code' }

const loginPage: LoginPage = {
  title: 'Sign in',
  show(visit) {
    const providers = listProviders(visit.oauth)
    const links = providers.filter((name) => name !== NATIVE).map((name) => providerLink(visit, name))
    if (!providers.includes(NATIVE)) return html`${links}`
    return html`${links}
${pageForm(visit, '/login', { fields: [nameField(visit), passwordField(false)], submit: 'Sign in' })}
${pageLink(visit, '/forgotPassword', 'Forgot your password?')}
${!visit.oauth.pool.settings.AdminCreateUserConfig.AllowAdminCreateUserOnly && pageLink(visit, '/signup', 'Create an account')}`
  },
  async submit(visit, form) {
    const userName = read(form, 'username')
    const input = { Username: userName, Password: form.get('password') ?? '' }
    const { flow, error } = await runOperation(visit, '/login', login, input)
    if (error?.type === 'UserNotConfirmedException') return goTo(visit, '/confirmUser', { username: userName })
    if (error !== undefined || flow === undefined) return showPage(visit, loginPage, error, { userName })
    return proceed(visit, flow)
  },
}

function providerLink(visit: PageVisit, name: string): Html {
  return html`<p><a href="${toPage('/oauth2/authorize', visit, { identity_provider: name })}">Continue with ${name}</a></p>`
}

const TYPES = { email: 'email', phone_number: 'tel' } as const

/** Lists the attributes that a new user must enter: those that the pool requires, and the contact that it verifies. */
function listSignUpAttributes({ settings }: Pool): readonly string[] {
  const required = settings.Schema.filter(({ Name, Required }) => Required && Name !== 'sub').map(({ Name }) => Name)
  const all = new Set([...required, ...settings.AutoVerifiedAttributes])
  // The name of the user is one of these.
  return [...all].filter((name) => settings.UsernameAttributes.length !== 1 || settings.UsernameAttributes[0] !== name)
}

const signUpPage: LoginPage = {
  title: 'Create an account',
  show(visit) {
    const attributes = listSignUpAttributes(visit.oauth.pool).map((name): Field => {
      const contact = CONTACTS.find((each) => each === name)
      const label = name === 'email' ? 'Email' : name.replaceAll('_', ' ')
      return { name: `attribute.${name}`, label, ...(contact !== undefined && { type: TYPES[contact] }) }
    })
    return html`${pageForm(visit, '/signup', { fields: [nameField(visit), ...attributes, passwordField(true)], submit: 'Create an account' })}
${pageLink(visit, '/login', 'Sign in')}`
  },
  async submit(visit, form) {
    const userName = read(form, 'username')
    const attributes = listSignUpAttributes(visit.oauth.pool).flatMap((name): readonly [string, string][] => {
      const value = read(form, `attribute.${name}`)
      return value === '' ? [] : [[name, value]]
    })
    const UserAttributes = toAttributeList(Object.fromEntries(attributes))
    const input = { Username: userName, Password: form.get('password') ?? '', UserAttributes }
    const { flow, error } = await runOperation(visit, '/signup', SignUp, input)
    if (error !== undefined || flow === undefined) return showPage(visit, signUpPage, error, { userName })
    return flow.answer.UserConfirmed === true
      ? goTo(visit, '/login', { username: userName, notice: 'confirmed' })
      : goTo(visit, '/confirmUser', { username: userName })
  },
}

const confirmPage: LoginPage = {
  title: 'Confirm your account',
  show: (visit) => html`${pageForm(visit, '/confirmUser', { fields: [nameField(visit), codeField], submit: 'Confirm account' })}
${pageForm(visit, '/resendCode', { fields: [], submit: 'Send a new code', hidden: { username: visit.notes.userName ?? '' } })}`,
  async submit(visit, form) {
    const userName = read(form, 'username')
    const input = { Username: userName, ConfirmationCode: read(form, 'code') }
    const { error } = await runOperation(visit, '/confirmUser', ConfirmSignUp, input)
    if (error !== undefined) return showPage(visit, confirmPage, error, { userName })
    return goTo(visit, '/login', { username: userName, notice: 'confirmed' })
  },
}

const resendPage: LoginPage = {
  ...confirmPage,
  async submit(visit, form) {
    const userName = read(form, 'username')
    const { error } = await runOperation(visit, '/resendCode', ResendConfirmationCode, { Username: userName })
    if (error !== undefined) return showPage(visit, confirmPage, error, { userName })
    return goTo(visit, '/confirmUser', { username: userName, notice: 'sent' })
  },
}

const forgotPage: LoginPage = {
  title: 'Forgot your password?',
  show: (visit) => html`${pageForm(visit, '/forgotPassword', { fields: [nameField(visit)], submit: 'Reset my password' })}
${pageLink(visit, '/login', 'Sign in')}`,
  async submit(visit, form) {
    const userName = read(form, 'username')
    const { error } = await runOperation(visit, '/forgotPassword', ForgotPassword, { Username: userName })
    if (error !== undefined) return showPage(visit, forgotPage, error, { userName })
    return goTo(visit, '/confirmForgotPassword', { username: userName, notice: 'sent' })
  },
}

const newPasswordPage: LoginPage = {
  title: 'Set a new password',
  show: (visit) =>
    pageForm(visit, '/confirmForgotPassword', { fields: [nameField(visit), codeField, passwordField(true)], submit: 'Change password' }),
  async submit(visit, form) {
    const userName = read(form, 'username')
    const input = { Username: userName, ConfirmationCode: read(form, 'code'), Password: form.get('password') ?? '' }
    const { error } = await runOperation(visit, '/confirmForgotPassword', ConfirmForgotPassword, input)
    if (error !== undefined) return showPage(visit, newPasswordPage, error, { userName })
    return goTo(visit, '/login', { username: userName, notice: 'changed' })
  },
}

/** The pages by their paths. */
export const PAGES: ReadonlyMap<string, LoginPage> = new Map([
  ['/login', loginPage],
  ['/challenge', challengePage],
  ['/signup', signUpPage],
  ['/confirmUser', confirmPage],
  ['/resendCode', resendPage],
  ['/forgotPassword', forgotPage],
  ['/confirmForgotPassword', newPasswordPage],
])

/** The texts of the parameter `notice`. The page shows no other text of its address. */
export const NOTICES: ReadonlyMap<string, string> = new Map([
  ['confirmed', 'Your account is confirmed. You can sign in now.'],
  ['sent', 'We have sent you a code.'],
  ['changed', 'Your password has changed. You can sign in now.'],
  ['expired', 'Your session has expired. Sign in again.'],
])
