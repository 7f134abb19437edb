import { type Credentials, credentialSource } from './credentials.ts'
import { applyBoth, editModule, replaceModule, type SdkChange } from './sdk-change.ts'
import { shortenErrors } from './sdk-errors.ts'

/** What decides which changes are made. */
export interface SdkChoice {
  readonly credentials: Credentials
  readonly eventStreams: boolean
  readonly adaptiveRetries: boolean
}

/** The changes to make to an AWS SDK that is bundled for Lambda. */
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

/** All that configures a function is in its environment: there is no shared file to read and no instance to ask. */
const environmentOnly: readonly SdkChange[] = [
  {
    file: `${CONFIG}/node-config-provider/fromSharedConfigFiles.js`,
    of: 'every client',
    // Told as by a file that is not there: the default that comes after it in the chain is taken then.
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
    // Writes the headers of a message of an event stream, for its signature.
    file: '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    of: 'every client',
    apply: replaceModule(
      ['HeaderFormatter', 'Int64'],
      'export class HeaderFormatter { format() { throw new Error("Event streams are not in this bundle") } }',
    ),
  },
]

// With it goes a rate limiter, which nothing else uses.
const noAdaptiveRetries: SdkChange = {
  file: '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js',
  of: 'every client',
  apply: replaceModule(
    ['AdaptiveRetryStrategy'],
    'export class AdaptiveRetryStrategy { constructor() { throw new Error("Adaptive retries are not in this bundle") } }',
  ),
}

// Least recently used goes first, as in what it stands for: a package with another in it, each as large as the whole rest.
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
    // The version is for the user agent; the scripts and dependencies of the package are for nobody.
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
    // Made at import, so that each keeps its command. Without this they are in every bundle.
    file: '@aws-sdk/lib-dynamodb/dist-es/pagination/*Paginator.js',
    of: 'some clients',
    apply: editModule(' createPaginator(', ' /* @__PURE__ */ createPaginator('),
  },
  {
    // In browsers alone. Nothing in Node calls it, but with code splitting an `import()` in it makes a chunk.
    file: '@aws-sdk/core/dist-es/submodules/client/util-user-agent-browser/createUserAgentStringParsingProvider.js',
    of: 'every client',
    apply: editModule('import("bowser")', 'Promise.resolve({})'),
  },
  {
    // To read the class off `node:fs` loads the streams of files, and few bodies are asked whether they are one.
    file: '@smithy/core/dist-es/submodules/serde/util-body-length/calculateBodyLength.js',
    of: 'every client',
    apply: applyBoth(
      editModule('import { ReadStream, fstatSync, lstatSync } from', 'import { fstatSync, lstatSync } from'),
      editModule('body instanceof ReadStream', 'body instanceof process.getBuiltinModule("node:fs").ReadStream'),
    ),
  },
  {
    // To ask for the global loads the streams of the web, and without a reader nothing is one.
    file: '@smithy/core/dist-es/submodules/serde/util-stream/stream-type-check.js',
    of: 'every client',
    apply: editModule(
      'typeof ReadableStream === "function" &&',
      'typeof stream?.getReader === "function" && typeof ReadableStream === "function" &&',
    ),
  },
  {
    // Only a Node without OpenSSL has no SHA-256 of its own.
    file: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js',
    of: 'every client',
    apply: editModule('hasNativeCrypto ? buildNativeClass() : Sha256Js', 'buildNativeClass()'),
  },
  {
    file: '@aws-sdk/endpoint-cache/dist-es/EndpointCache.js',
    of: 'client-dynamodb',
    apply: editModule('import LRUCache from "mnemonist/lru-cache";', LEAST_RECENTLY_USED),
  },
]
