import type { Plugin } from 'esbuild'
import { takeBuiltins } from './builtins.ts'
import { changeSdk } from './change-sdk.ts'
import type { Credentials } from './credentials.ts'

export type { Credentials } from './credentials.ts'
export { buildDomainFiles } from './domain-files.ts'

/** Options of `lambdaPlugin`. */
export interface LambdaPluginOptions {
  /** Source of the AWS SDK's credentials. Default: `environment`. */
  readonly credentials?: Credentials
  /** True if a client uses operations with event streams, such as S3's SelectObjectContent. Default: false. */
  readonly eventStreams?: boolean
  /**
   * False removes adaptive retries. A client for which `retryMode` or `AWS_RETRY_MODE` is `adaptive` then fails at its first call. To
   * make a client ignore `AWS_RETRY_MODE`, set its `retryMode: 'standard'`. Default: true.
   */
  readonly adaptiveRetries?: boolean
  /** False bundles the AWS SDK unchanged. Default: true. */
  readonly sdk?: boolean
  /** False leaves each `import` and `require` of a built-in module as it is, for instrumentation that hooks them. Default: true. */
  readonly builtins?: boolean
}

/**
 * Creates an esbuild plugin that makes bundles for Lambda smaller and faster to load.
 *
 * - It loads only the built-in modules of Node that the handler uses, and loads slow ones only when they are called.
 * - It removes parts of a bundled AWS SDK that a Lambda function does not need: most credential providers, shared configuration
 *   files, event streams and browser code.
 *
 * It works with any client of the SDK, and without one. It sets `mainFields` to prefer the SDK's ES modules, unless you set it. The
 * build fails if the SDK's files differ from the expected ones, which can happen after an upgrade.
 *
 * @throws Error when `platform` is not `node`.
 * @example
 * await build({
 *   entryPoints: ['src/handler.ts'],
 *   outdir: 'dist',
 *   bundle: true,
 *   format: 'esm',
 *   splitting: true,
 *   minify: true,
 *   target: 'node22',
 *   plugins: [lambdaPlugin()],
 * })
 */
export function lambdaPlugin(options: LambdaPluginOptions = {}): Plugin {
  const { credentials = 'environment', eventStreams = false, adaptiveRetries = true, sdk = true, builtins = true } = options
  return {
    name: 'cognito-lifeguard',
    setup(build) {
      const settings = build.initialOptions
      settings.platform ??= 'node'
      if (settings.platform !== 'node')
        throw new Error(`\`platform\` is '${settings.platform}'; expected 'node', because handlers run in Node`)
      // Prefers the SDK's ES modules, because esbuild cannot remove unused parts of its CommonJS files.
      settings.mainFields ??= ['module', 'main']
      if (builtins) takeBuiltins(build)
      if (sdk) changeSdk(build, { credentials, eventStreams, adaptiveRetries })
    },
  }
}
