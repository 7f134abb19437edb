import type { Catalogue } from 'cognito-lifeguard/custom-challenge'

/** Returns the texts of the email with a code, by language. Change them, and add languages. */
export function codeTexts(appName: string): Catalogue {
  return {
    fallback: 'en',
    values: { appName },
    locales: {
      en: {
        Authentication: {
          email: {
            subject: 'Your sign-in code for {{appName}}',
            html: '<p>Your sign-in code for {{appName}} is:</p><p style="font-size:24px">{{code}}</p><p>If you did not try to sign in, ignore this email. Give the code to no one.</p>',
            text: 'Your sign-in code for {{appName}} is:\n\n{{code}}\n\nIf you did not try to sign in, ignore this email. Give the code to no one.\n',
          },
        },
      },
      de: {
        Authentication: {
          email: {
            subject: 'Ihr Anmeldecode für {{appName}}',
            html: '<p>Ihr Anmeldecode für {{appName}} lautet:</p><p style="font-size:24px">{{code}}</p><p>Wenn Sie sich nicht anmelden wollten, ignorieren Sie diese E-Mail. Geben Sie den Code niemandem weiter.</p>',
            text: 'Ihr Anmeldecode für {{appName}} lautet:\n\n{{code}}\n\nWenn Sie sich nicht anmelden wollten, ignorieren Sie diese E-Mail. Geben Sie den Code niemandem weiter.\n',
          },
        },
      },
    },
  }
}
