import type { Catalogue } from 'cognito-lifeguard/custom-sms-sender'

/** Returns the texts of the deployed function, in English and German. */
export function defaultCatalogue(appName: string): Catalogue {
  return {
    fallback: 'en',
    values: { appName },
    locales: {
      en: {
        default: { sms: '{{code}} is your code for {{appName}}. Do not share it.' },
        ForgotPassword: { sms: '{{code}} is your code for a new password for {{appName}}.' },
        AdminCreateUser: { sms: 'Your user name for {{appName}} is {{username}} and your temporary password is {{code}}' },
      },
      de: {
        default: { sms: '{{code}} ist dein Code für {{appName}}. Gib ihn nicht weiter.' },
        ForgotPassword: { sms: '{{code}} ist dein Code für ein neues Passwort für {{appName}}.' },
        AdminCreateUser: { sms: 'Dein Benutzername für {{appName}} ist {{username}} und dein vorläufiges Passwort ist {{code}}' },
      },
    },
  }
}
