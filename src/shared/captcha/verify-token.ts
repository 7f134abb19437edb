/**
 * Asks a CAPTCHA service if a token is valid, such as `siteVerify(...)`.
 *
 * @param use Identifies the attempt for which the token is. A repeated event has the same one.
 */
export type VerifyToken = (token: string, signal: AbortSignal, use?: string) => Promise<boolean>
