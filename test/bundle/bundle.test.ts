import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { precompileDeployed } from '../../scripts/handlers.ts'
import { type Built, buildElsewhere } from '../support/built.ts'
import { type Contract, FOLDERS, FUNCTIONS, loadContracts, ordinaryEvent } from '../support/triggers.ts'
import { contract as sweeper } from '../sweeper/contract.ts'

const MIDDY = /\/@middy\//
const AWS = /\/@aws-sdk\/|\/@smithy\//
const TOOLS = /\/(dynalite|esbuild|yaml)\/|^src\/(tools|esbuild)\//
// What a function in Lambda has no use for. One of them in a bundle is what an upgrade of the SDK can do.
const UNUSED_SDK = {
  'credential providers but the one of the environment':
    /\/credential-provider-(?!env\/|node\/dist-es\/defaultProvider)|\/credential-providers\//,
  'clients of the credential providers': /\/nested-clients\/|\/token-providers\//,
  'instance metadata': /-imds\//,
  'readers of shared configuration files': /shared-ini-file-loader\/(load|parse|read|get(SSO|HomeDir|Config|Credentials))/,
  'adaptive retries, which no client of ours makes': /DefaultRateLimiter/,
  'event streams': /event-?streams?\//i,
  'protocols of other services': /Rest(Json|Xml)Protocol|\/cbor\/|Ec2QueryProtocol/,
  'signatures for several regions': /multi-region|SigV4A/,
  'hashes in JavaScript': /(Sha256|Md5|Crc32)Js|Crc32|\/md5\//,
  'what is for browsers': /\/bowser\/|user-agent-browser|fetch-http-handler/,
  'a cache with a package of its own': /\/mnemonist\/|\/obliterator\//,
  'files in CommonJS': /\/@(aws-sdk|smithy)\/.*\/dist-cjs\//,
}

const triggers = await loadContracts()
const functions: readonly (Contract & { readonly folder: string })[] = [...triggers, { folder: 'sweeper', ...sweeper }]

let built: Built

beforeAll(async () => {
  built = await buildElsewhere()
})
afterAll(() => built.remove())

/** The bundle and its chunks. */
async function scripts(folder: string, root: string = built.folder): Promise<ReadonlyMap<string, Buffer>> {
  const home = join(root, 'dist', folder)
  const names = (await readdir(home)).filter((name) => name.endsWith('.js')).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(home, name))] as const)))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** The files of which something is in the bundle or in a chunk of it. */
async function contents(folder: string): Promise<readonly string[]> {
  const meta: Metafile = JSON.parse(await readFile(join(built.folder, 'dist', folder, 'meta.json'), 'utf8'))
  const inputs = Object.values(meta.outputs).flatMap((output) => Object.entries(output.inputs))
  return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
}

/** The files of which something is in the bundle, or in a chunk that it loads before anything is asked of it. */
async function loadedAtOnce(folder: string): Promise<readonly string[]> {
  const { outputs }: Metafile = JSON.parse(await readFile(join(built.folder, 'dist', folder, 'meta.json'), 'utf8'))
  const [entry] = Object.keys(outputs).filter((file) => file.endsWith('/handler.js'))
  const atOnce = new Set(entry === undefined ? [] : [entry])
  for (const file of atOnce) {
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement' && path in outputs) atOnce.add(path)
  }
  return [...atOnce].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
}

const files = async (folder: string, pattern: RegExp): Promise<readonly string[]> =>
  (await contents(folder)).filter((file) => pattern.test(file))

/** The folders of triggers of which something is in the bundle. */
async function listTriggers(folder: string): Promise<readonly string[]> {
  const found = new Set((await files(folder, /^src\//)).map((file) => file.split('/')[1] ?? ''))
  return FOLDERS.filter((each) => found.has(each))
}

describe('the bundles', () => {
  it('are those of all functions', () => {
    expect(functions.map(({ folder }) => folder).toSorted()).toEqual(FUNCTIONS)
  })

  it.each(triggers)('hold the rules of $folder and of no other trigger', async ({ folder }) => {
    expect(await listTriggers(folder)).toEqual([folder])
  })

  it('hold the rules whose effects are swept, without the adapter of a trigger', async () => {
    expect(await files('sweeper', /^src\/post-confirmation\/send-welcome-email\.ts$/)).toHaveLength(1)
    expect(await listTriggers('sweeper')).toEqual(['post-confirmation'])
    expect(await files('sweeper', MIDDY)).toEqual([])
  })

  it.each(functions)('hold in $folder the clients $clients of the AWS SDK and no other', async ({ folder, clients }) => {
    const found = (await contents(folder)).flatMap((file) => /\/@aws-sdk\/client-([\w-]+)\//.exec(file)?.[1] ?? [])
    expect([...new Set(found)].toSorted()).toEqual(clients)
  })

  it('load no AWS SDK where no rule needs one', async () => {
    expect((await loadedAtOnce('pre-signup')).filter((file) => AWS.test(file))).toEqual([])
    // It is there for the table of blocks.
    expect(await files('pre-signup', AWS)).not.toEqual([])
  })

  it.each(functions)('hold no tool and no zod: $folder', async ({ folder }) => {
    expect(await files(folder, TOOLS)).toEqual([])
    expect(await files(folder, /\/zod\//)).toEqual([])
  })

  it.each(Object.entries(UNUSED_SDK))('hold nothing of the SDK that has no use in Lambda: %s', async (_, pattern) => {
    for (const folder of FUNCTIONS) expect(await files(folder, pattern)).toEqual([])
  })

  it.each(functions)("take Node's own modules without an import, and leave no `require`: $folder", async ({ folder }) => {
    for (const text of (await scripts(folder)).values()) {
      expect(`${text}`).not.toMatch(/\b(from|import)\s*["'](?!\.\/)/)
      // The SDK imports these two where an endpoint has no TLS, or an environment runs several invocations at once.
      expect(`${text}`).not.toMatch(/\bimport\(["'](?!\.\/|node:(http|async_hooks)["'])|Dynamic require of/)
    }
  })

  it.each(triggers)('have what their start calls compiled with them: $folder', async ({ folder }) => {
    const before = await scripts(folder)
    const functions = `${before.get('handler.js')}`.match(/\((?:async )?(?:function\b|\w+=>|\([\w,]*\)=>)/g) ?? []
    // Some of them are called at once.
    expect(functions.length).toBeGreaterThan(60)
    expect(await precompileDeployed(join(built.folder, 'dist', folder), `events/${ordinaryEvent(folder)}.json`)).toBeUndefined()
    expect(await scripts(folder)).toEqual(before)
  })

  it.each(functions)('keep to their budget of bytes: $folder', async ({ folder, budget }) => {
    const all = [...(await scripts(folder)).values()]
    expect(sum(all.map((bytes) => bytes.length))).toBeLessThanOrEqual(budget.raw)
    expect(sum(all.map((bytes) => gzipSync(bytes).length))).toBeLessThanOrEqual(budget.gzipped)
  })

  it('come out the same, byte for byte, when they are built again elsewhere', async () => {
    const again = await buildElsewhere()
    try {
      for (const folder of FUNCTIONS) expect(await scripts(folder, again.folder)).toEqual(await scripts(folder))
    } finally {
      await again.remove()
    }
  })

  it('lie beside their source maps, which no comment in a bundle promises to whom it is deployed', async () => {
    for (const folder of FUNCTIONS) {
      const all = await scripts(folder)
      expect([...all.keys()]).toContain('handler.js')
      const maps = [...all.keys()].map((name) => `${name}.map`)
      expect((await readdir(join(built.folder, 'dist', folder))).toSorted()).toEqual(
        [...all.keys(), ...maps, 'meta.json', 'package.json'].toSorted(),
      )
      for (const text of all.values()) expect(`${text}`).not.toContain('sourceMappingURL')
    }
  })
})
