// The entry point for browsers and apps. It imports nothing but these files, and uses no API of Node.
export type { AuthErrorKind } from './kinds.ts'
export { type AuthError, readAuthError } from './read-auth-error.ts'
