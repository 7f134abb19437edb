import type { Catalogue } from '../../src/shared/messages/catalogue.ts'
import type { EmailTexts } from '../../src/shared/messages/texts.ts'

const email = (subject: string, body: string): EmailTexts => ({ subject, html: `<p>${body}</p>`, text: body })

/** A catalogue with an email and a text message for each message, in English and in part in German. */
export const catalogue: Catalogue = {
  fallback: 'en',
  locales: {
    en: {
      default: { email: email('Your code', '{{#name}}Hello {{name}}, {{/name}}your code is {{code}}'), sms: 'Your code is {{code}}' },
      AdminCreateUser: {
        email: email('Your account', 'User {{username}} password {{code}}'),
        sms: 'User {{username}} password {{code}}',
      },
      ForgotPassword: { email: email('Reset', 'Reset with {{code}}'), sms: 'Reset with {{code}}' },
      AccountTakeOverNotification: {
        email: email('New sign-in', 'From {{ipAddress}}{{#city}} in {{city}}{{/city}}: {{invalidLink}}'),
      },
    },
    de: { default: { email: email('Ihr Code', 'Ihr Code ist {{code}}'), sms: 'Ihr Code ist {{code}}' } },
  },
}
