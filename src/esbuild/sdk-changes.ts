import { type Credentials, credentialSource } from './credentials.ts'
import { applyBoth, editModule, replaceModule, type SdkChange } from './sdk-change.ts'
import { shortenErrors } from './sdk-errors.ts'

/** The options that select the changes. */
export interface SdkChoice {
  readonly credentials: Credentials
  readonly eventStreams: boolean
  readonly adaptiveRetries: boolean
}

/** Returns the changes to make to an AWS SDK that is bundled for Lambda. */
export function sdkChanges({ credentials, eventStreams, adaptiveRetries }: SdkChoice): readonly SdkChange[] {
  const provider = credentialSource(credentials)
  return [
    ...always,
    ...(provider === undefined ? [] : [...environmentOnly, provider]),
    ...(eventStreams ? [] : noEventStreams),
    ...(adaptiveRetries ? [] : [noAdaptiveRetries]),
  ]
}

const CONFIG = '@smithy/core/dist-es/submodules/config'

/** Makes the environment the only source of configuration, because Lambda has neither shared configuration files nor instance metadata. */
const environmentOnly: readonly SdkChange[] = [
  {
    file: `${CONFIG}/node-config-provider/fromSharedConfigFiles.js`,
    of: 'every client',
    // Throws the same error as for a missing file, so that the provider chain continues with the default.
    apply: replaceModule(
      ['fromSharedConfigFiles'],
      `import { CredentialsProviderError } from "../property-provider/CredentialsProviderError"
       export const fromSharedConfigFiles = () => async () => {
         throw new CredentialsProviderError("Shared configuration files are not read in this bundle", { tryNextLink: true })
       }`,
    ),
  },
  {
    file: `${CONFIG}/config-resolver/regionConfig/getInstanceMetadataRegion.js`,
    of: 'every client',
    apply: replaceModule(['getInstanceMetadataRegion'], 'export const getInstanceMetadataRegion = async () => undefined'),
  },
]

const noEventStreams: readonly SdkChange[] = [
  {
    file: '@smithy/core/dist-es/submodules/protocols/HttpProtocol.js',
    of: 'every client',
    apply: editModule('import("@smithy/core/event-streams")', 'Promise.reject(new Error("Event streams are not in this bundle"))'),
  },
  {
    // Only event streams use this module. It formats the headers of a message for signing.
    file: '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    of: 'every client',
    apply: replaceModule(
      ['HeaderFormatter', 'Int64'],
      'export class HeaderFormatter { format() { throw new Error("Event streams are not in this bundle") } }',
    ),
  },
]

// This also removes the SDK's rate limiter, which only AdaptiveRetryStrategy uses.
const noAdaptiveRetries: SdkChange = {
  file: '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js',
  of: 'every client',
  apply: replaceModule(
    ['AdaptiveRetryStrategy'],
    'export class AdaptiveRetryStrategy { constructor() { throw new Error("Adaptive retries are not in this bundle") } }',
  ),
}

// Replaces mnemonist's LRU cache, because mnemonist and its dependency would add much code. Both caches evict in the same order.
const LEAST_RECENTLY_USED = `class LRUCache extends Map {
  constructor(capacity) { super(); this.capacity = capacity }
  peek(key) { return super.get(key) }

  get(key) {
    const value = super.get(key)
    if (super.delete(key)) super.set(key, value)
    return value
  }

  set(key, value) {
    super.delete(key)
    super.set(key, value)
    if (this.size > this.capacity) super.delete(this.keys().next().value)
    return this
  }
}`

const always: readonly SdkChange[] = [
  {
    file: '@aws-sdk/client-*/package.json',
    of: 'every client',
    // The user agent needs the version. The other fields of package.json are unused.
    apply: (source) => {
      const { name, version } = Object(JSON.parse(source))
      return typeof version === 'string' ? JSON.stringify({ name, version }) : undefined
    },
  },
  {
    file: '@aws-sdk/client-*/dist-es/models/errors.js',
    of: 'some clients',
    apply: shortenErrors,
  },
  {
    // Paginators are created at import and keep their commands in every bundle. esbuild removes unused calls that are marked as
    // pure.
    file: '@aws-sdk/lib-dynamodb/dist-es/pagination/*Paginator.js',
    of: 'some clients',
    apply: editModule(' createPaginator(', ' /* @__PURE__ */ createPaginator('),
  },
  {
    // Only browsers call this function. With code splitting, its `import()` would add a chunk that Lambda never loads.
    file: '@aws-sdk/core/dist-es/submodules/client/util-user-agent-browser/createUserAgentStringParsingProvider.js',
    of: 'every client',
    apply: editModule('import("bowser")', 'Promise.resolve({})'),
  },
  {
    // Reading `ReadStream` from `node:fs` loads Node's file streams. So it is read only in this check, which few bodies reach.
    file: '@smithy/core/dist-es/submodules/serde/util-body-length/calculateBodyLength.js',
    of: 'every client',
    apply: applyBoth(
      editModule('import { ReadStream, fstatSync, lstatSync } from', 'import { fstatSync, lstatSync } from'),
      editModule('body instanceof ReadStream', 'body instanceof process.getBuiltinModule("node:fs").ReadStream'),
    ),
  },
  {
    // Reading the global `ReadableStream` loads Node's web streams, so it is read only for values with `getReader`.
    file: '@smithy/core/dist-es/submodules/serde/util-stream/stream-type-check.js',
    of: 'every client',
    apply: editModule(
      'typeof ReadableStream === "function" &&',
      'typeof stream?.getReader === "function" && typeof ReadableStream === "function" &&',
    ),
  },
  {
    // Every Node with OpenSSL has a native SHA-256, so the JavaScript implementation is removed.
    file: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js',
    of: 'every client',
    apply: editModule('hasNativeCrypto ? buildNativeClass() : Sha256Js', 'buildNativeClass()'),
  },
  {
    // The package of the Encryption SDK has CommonJS only, although its parts have ES modules, of which esbuild can remove unused code.
    file: '@aws-crypto/client-node/build/main/src/index.js',
    of: 'some clients',
    apply: (source) => {
      const parts = [...source.matchAll(/^__exportStar\(require\("([^"]+)"\), exports\);$/gm)].map(([, part]) => part)
      if (!parts.includes('@aws-crypto/decrypt-node')) return undefined
      const merge = '(options) => ({ ...buildEncrypt(options), ...buildDecrypt(options) })'
      return [
        ...parts.map((part) => `export * from "${part}";`),
        'import { buildEncrypt } from "@aws-crypto/encrypt-node";',
        'import { buildDecrypt } from "@aws-crypto/decrypt-node";',
        `export const buildClient = ${merge};`,
      ].join('\n')
    },
  },
  {
    file: '@aws-sdk/endpoint-cache/dist-es/EndpointCache.js',
    of: 'client-dynamodb',
    apply: editModule('import LRUCache from "mnemonist/lru-cache";', LEAST_RECENTLY_USED),
  },
]
