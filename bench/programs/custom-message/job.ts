import codeDe from '../../../src/custom-message/code.de.message.html'
import codeEn from '../../../src/custom-message/code.en.message.html'
import invitationDe from '../../../src/custom-message/invitation.de.message.html'
import invitationEn from '../../../src/custom-message/invitation.en.message.html'
import passwordDe from '../../../src/custom-message/password.de.message.html'
import passwordEn from '../../../src/custom-message/password.en.message.html'

/** The parts of an event that the job reads. */
export interface Messaging {
  readonly triggerSource: string
  readonly request: {
    readonly userAttributes: Readonly<Record<string, string>>
    readonly codeParameter: string
    readonly usernameParameter?: string | null | undefined
  }
  readonly response: object
}

const APP_NAME = process.env.MESSAGE_APP_NAME ?? ''
const WITH_EMAIL = process.env.EMAIL_SENDING === 'developer'

interface Texts {
  readonly subject: string
  readonly html: string
  readonly sms?: string
}

const TEXTS: Readonly<Record<'en' | 'de', Readonly<Record<'code' | 'password' | 'invitation', Texts>>>> = {
  en: {
    code: { subject: `Your code for ${APP_NAME}`, html: codeEn, sms: `{{code}} is your code for ${APP_NAME}. Do not share it.` },
    password: {
      subject: `Choose a new password for ${APP_NAME}`,
      html: passwordEn,
      sms: `{{code}} is your code for a new password for ${APP_NAME}.`,
    },
    invitation: { subject: `Your invitation to ${APP_NAME}`, html: invitationEn },
  },
  de: {
    code: { subject: `Dein Code für ${APP_NAME}`, html: codeDe, sms: `{{code}} ist dein Code für ${APP_NAME}. Gib ihn nicht weiter.` },
    password: {
      subject: `Neues Passwort für ${APP_NAME}`,
      html: passwordDe,
      sms: `{{code}} ist dein Code für ein neues Passwort für ${APP_NAME}.`,
    },
    invitation: { subject: `Deine Einladung zu ${APP_NAME}`, html: invitationDe },
  },
}

/** Returns the event with the texts of its message. */
export function writeMessage<E extends Messaging>(event: E): E {
  const { userAttributes, codeParameter, usernameParameter } = event.request
  const texts = TEXTS[userAttributes.locale?.startsWith('de') ? 'de' : 'en'][chooseMessage(event.triggerSource)]
  const name = /^[\p{L}\p{M} '-]{1,40}$/u.test(userAttributes.given_name ?? '') ? userAttributes.given_name : undefined
  const fill = (text: string): string =>
    text
      .replace(/\{\{#name\}\}(.*?)\{\{\/name\}\}/gs, name === undefined ? '' : '$1')
      .replaceAll('{{name}}', name ?? '')
      .replaceAll('{{appName}}', APP_NAME)
      .replaceAll('{{code}}', codeParameter)
      .replaceAll('{{username}}', usernameParameter ?? '')
  const response = {
    ...event.response,
    ...(texts.sms !== undefined && { smsMessage: fill(texts.sms) }),
    ...(WITH_EMAIL && { emailMessage: fill(texts.html), emailSubject: texts.subject }),
  }
  return { ...event, response }
}

function chooseMessage(source: string): 'code' | 'password' | 'invitation' {
  if (source === 'CustomMessage_AdminCreateUser') return 'invitation'
  return source === 'CustomMessage_ForgotPassword' ? 'password' : 'code'
}
