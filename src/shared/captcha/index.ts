export { CaptchaAnswerError, type SiteVerifyOptions, siteVerify } from './site-verify.ts'
export type { VerifyToken } from './verify-token.ts'
