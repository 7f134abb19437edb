import type { Catalogue } from 'cognito-lifeguard/custom-message'
import codeDe from './code.de.message.html'
import codeEn from './code.en.message.html'
import invitationDe from './invitation.de.message.html'
import invitationEn from './invitation.en.message.html'
import passwordDe from './password.de.message.html'
import passwordEn from './password.en.message.html'

/** Returns the texts of the deployed function, in English and German. */
export function defaultCatalogue(appName: string): Catalogue {
  return {
    fallback: 'en',
    values: { appName },
    locales: {
      en: {
        default: {
          email: { subject: 'Your code for {{appName}}', html: codeEn },
          sms: '{{code}} is your code for {{appName}}. Do not share it.',
        },
        ForgotPassword: {
          email: { subject: 'Choose a new password for {{appName}}', html: passwordEn },
          sms: '{{code}} is your code for a new password for {{appName}}.',
        },
        // Without an SMS: with a long user name it would not fit, so Cognito sends its own.
        AdminCreateUser: { email: { subject: 'Your invitation to {{appName}}', html: invitationEn } },
      },
      de: {
        default: {
          email: { subject: 'Dein Code für {{appName}}', html: codeDe },
          sms: '{{code}} ist dein Code für {{appName}}. Gib ihn nicht weiter.',
        },
        ForgotPassword: {
          email: { subject: 'Neues Passwort für {{appName}}', html: passwordDe },
          sms: '{{code}} ist dein Code für ein neues Passwort für {{appName}}.',
        },
        AdminCreateUser: { email: { subject: 'Deine Einladung zu {{appName}}', html: invitationDe } },
      },
    },
  }
}
