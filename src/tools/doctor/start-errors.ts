import type { FunctionError } from '../replay/child-messages.ts'
import type { FunctionEnvironment } from './build-environment.ts'

// These errors may occur only on this machine: a missing file of a Lambda layer, no access to a network, or no credentials.
const OF_THIS_MACHINE = [
  /\b(?:ENOENT|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EMFILE|ENOMEM|ENOSPC|EADDRINUSE|ERR_MODULE_NOT_FOUND)\b|Cannot find (?:module|package)/,
  /\b(?:ECONN\w+|ENOTFOUND|EAI_\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR\w*)\b|fetch failed|socket|network|timed? ?out/i,
  /credential|security token|access denied|unauthori[sz]ed|forbidden|\bAWS_|LAMBDA_|_HANDLER\b|_X_AMZN/i,
  // A native module is built for one system and version of Node.
  /ELF|dlopen|NODE_MODULE_VERSION|\.node\b|\b(?:linux|darwin|win32)\b|platform|architecture/i,
]
// An AWS service names its errors so. The error of a request depends on the account.
const OF_A_REQUEST = /Exception$|^(?:Timeout|Abort|CredentialsProvider)Error$/
// Lambda may decide differently if a file is an ES module: it does not see a package.json that is not deployed.
const OF_THE_FORMAT =
  /import statement outside|Unexpected token 'export'|import\.meta|ES module|await is only valid|(?:require|module|exports|__dirname|__filename) is not defined/
// Lambda's version of Node may have a function, global name or syntax that this version lacks.
const OF_THE_VERSION = /is not (?:a function|defined|a constructor|iterable)/

// The message of InvalidSettingsError. It depends on nothing but the environment.
const INVALID_SETTINGS = /^Invalid settings in the environment:/

/**
 * Returns true if a handler that failed to load also fails in Lambda. False if this machine, its version of Node or a value
 * that is known only at deployment may be the cause.
 */
export function isCertain({ name, message }: FunctionError, environment: FunctionEnvironment): boolean {
  if (name === 'Runtime.HandlerNotFound') return true
  if (INVALID_SETTINGS.test(message)) return environment.isOfTemplate(message)
  const isForeign = [...OF_THIS_MACHINE, OF_THE_FORMAT].some((pattern) => pattern.test(message)) || OF_A_REQUEST.test(name)
  if (isForeign || !environment.isWhole || !environment.isOfTemplate(message)) return false
  return environment.hasSameNode || !(OF_THE_VERSION.test(message) || name === 'Runtime.UserCodeSyntaxError')
}
