import { siteVerify, type VerifyToken } from 'cognito-lifeguard/captcha'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Makes the check of CAPTCHA tokens: a service with CAPTCHA_SECRET. For tests without a service, only the token in CAPTCHA_TEST_TOKEN
 * is valid.
 *
 * @throws Error if neither is set, because every user would be denied.
 */
export function makeCaptchaCheck({ CAPTCHA_SECRET, CAPTCHA_URL, CAPTCHA_TEST_TOKEN }: Environment): VerifyToken {
  if (CAPTCHA_SECRET) return siteVerify({ secret: CAPTCHA_SECRET, ...(CAPTCHA_URL ? { url: CAPTCHA_URL } : { provider: 'turnstile' }) })
  if (!CAPTCHA_TEST_TOKEN) throw new Error('CAPTCHA_SECRET is not set; expected the secret key of your site at Turnstile')
  return async (token) => token === CAPTCHA_TEST_TOKEN
}
