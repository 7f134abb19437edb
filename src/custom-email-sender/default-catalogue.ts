import type { Catalogue } from 'cognito-lifeguard/custom-email-sender'

type Email = Required<NonNullable<NonNullable<Catalogue['locales'][string]['default']>['email']>>

/** Creates an email with a paragraph for each line. A line with the code alone is shown in large letters. */
function email(lang: string, subject: string, ...lines: readonly string[]): { readonly email: Email } {
  const paragraphs = lines.map((line) => (line === '{{code}}' ? `<p style="font-size: 28px">${line}</p>` : `<p>${line}</p>`))
  const style = 'max-width: 520px; margin: 24px auto; font-family: Helvetica, Arial, sans-serif; line-height: 1.5'
  const head = `<head><meta charset="utf-8"><title>{{appName}}</title></head>`
  const html = `<!doctype html><html lang="${lang}">${head}<body><div style="${style}">${paragraphs.join('')}</div></body></html>`
  return { email: { subject, text: `${lines.join('\n\n')}\n`, html } }
}

/** Returns the texts of the deployed function, in English and German. */
export function defaultCatalogue(appName: string): Catalogue {
  const en = 'Hello{{#name}} {{name}}{{/name}},'
  const de = 'Hallo{{#name}} {{name}}{{/name}},'
  const ignore = 'Do not share this code. If you did not ask for it, ignore this message.'
  const ignoriere = 'Gib diesen Code nicht weiter. Wenn du ihn nicht angefordert hast, ignoriere diese Nachricht.'
  return {
    fallback: 'en',
    values: { appName },
    locales: {
      en: {
        default: email('en', 'Your code for {{appName}}', en, 'your code for {{appName}} is', '{{code}}', ignore),
        ForgotPassword: email('en', 'Choose a new password for {{appName}}', en, 'your code for a new password is', '{{code}}', ignore),
        AdminCreateUser: email(
          'en',
          'Your invitation to {{appName}}',
          en,
          'you were invited to {{appName}}. Your user name is {{username}} and your temporary password is',
          '{{code}}',
        ),
        AccountTakeOverNotification: email(
          'en',
          'New sign-in to {{appName}}',
          en,
          'someone signed in to your account{{#loginTime}} at {{loginTime}}{{/loginTime}}{{#ipAddress}} from {{ipAddress}}{{/ipAddress}}.',
          'If this was not you, change your password.{{#invalidLink}} Report it: {{invalidLink}}{{/invalidLink}}',
        ),
      },
      de: {
        default: email('de', 'Dein Code für {{appName}}', de, 'dein Code für {{appName}} ist', '{{code}}', ignoriere),
        ForgotPassword: email('de', 'Neues Passwort für {{appName}}', de, 'dein Code für ein neues Passwort ist', '{{code}}', ignoriere),
        AdminCreateUser: email(
          'de',
          'Deine Einladung zu {{appName}}',
          de,
          'du wurdest zu {{appName}} eingeladen. Dein Benutzername ist {{username}} und dein vorläufiges Passwort ist',
          '{{code}}',
        ),
        AccountTakeOverNotification: email(
          'de',
          'Neue Anmeldung bei {{appName}}',
          de,
          'jemand hat sich in deinem Konto angemeldet{{#loginTime}}: {{loginTime}}{{/loginTime}}{{#ipAddress}}, von {{ipAddress}}{{/ipAddress}}.',
          'Wenn du das nicht warst, ändere dein Passwort.{{#invalidLink}} Melde es: {{invalidLink}}{{/invalidLink}}',
        ),
      },
    },
  }
}
