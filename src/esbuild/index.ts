import type { Plugin } from 'esbuild'
import { takeBuiltins } from './builtins.ts'
import { changeSdk } from './change-sdk.ts'
import type { Credentials } from './credentials.ts'

export type { Credentials } from './credentials.ts'
export { buildDomainFiles } from './domain-files.ts'

/** How a handler is bundled. */
export interface LambdaPluginOptions {
  /** Where the AWS SDK takes credentials from: `environment` unless set. */
  readonly credentials?: Credentials
  /** Whether some client uses operations with event streams, such as S3's SelectObjectContent: false unless set. */
  readonly eventStreams?: boolean
  /**
   * False leaves adaptive retries out. A client that is told to use them, by `retryMode` or by `AWS_RETRY_MODE`, then fails at its
   * first call, so that every client has to say `retryMode: 'standard'`.
   */
  readonly adaptiveRetries?: boolean
  /** False leaves the AWS SDK as it is. */
  readonly sdk?: boolean
  /** False leaves Node's own modules to `import` and `require`, for instrumentation that watches these alone. */
  readonly builtins?: boolean
}

/**
 * An esbuild plugin for handlers that run in Lambda. Node's own modules are taken in the way that loads least, and an AWS SDK
 * that is bundled loses what a function has no use for: credential providers but the environment's, shared configuration
 * files, event streams, what is for browsers. It is for any client, and for handlers without one.
 *
 * It asks esbuild for the SDK's ES modules, where `mainFields` does not say otherwise. The build fails, rather than that
 * something would be left undone, when the SDK is not one that is known: after an upgrade, for instance.
 *
 * @throws Error when `platform` is another than Node.
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
      if (settings.platform !== 'node') throw new Error(`Handlers run in Node, but \`platform\` is '${settings.platform}'`)
      // Of the SDK's CommonJS files none can be left out.
      settings.mainFields ??= ['module', 'main']
      if (builtins) takeBuiltins(build)
      if (sdk) changeSdk(build, { credentials, eventStreams, adaptiveRetries })
    },
  }
}
