import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { precompileDeployed } from '../../scripts/handlers.ts'
import { type Built, buildElsewhere, copyBuild } from '../support/built.ts'
import { type Contract, FOLDERS, FUNCTIONS, loadContracts, ordinaryEvent } from '../support/triggers.ts'
import { contract as sweeper } from '../sweeper/contract.ts'

const MIDDY = /\/@middy\//
const AWS = /\/@aws-sdk\/|\/@smithy\//
const TOOLS = /\/(dynalite|esbuild|yaml)\/|^src\/(tools|esbuild)\//
// Parts of the SDK that a Lambda function does not need. An SDK upgrade could bring one back into a bundle.
const UNUSED_SDK = {
  'credential providers other than the environment':
    /\/credential-provider-(?!env\/|node\/dist-es\/defaultProvider)|\/credential-providers\//,
  'clients of the credential providers': /\/nested-clients\/|\/token-providers\//,
  'instance metadata': /-imds\//,
  'readers of shared configuration files': /shared-ini-file-loader\/(load|parse|read|get(SSO|HomeDir|Config|Credentials))/,
  'adaptive retries': /DefaultRateLimiter/,
  'event streams': /event-?streams?\//i,
  'protocols of other services': /Rest(Json|Xml)Protocol|\/cbor\/|Ec2QueryProtocol/,
  'signatures for several regions': /multi-region|SigV4A/,
  'hashes in JavaScript': /(Sha256|Md5|Crc32)Js|Crc32|\/md5\//,
  'browser code': /\/bowser\/|user-agent-browser|fetch-http-handler/,
  'the mnemonist cache': /\/mnemonist\/|\/obliterator\//,
  'CommonJS files': /\/@(aws-sdk|smithy)\/.*\/dist-cjs\//,
}

const triggers = await loadContracts()
// Functions with one handler.ts share a bundle.
const bundled = [...new Map(triggers.toReversed().map((each) => [each.folder, each])).values()]
const functions: readonly (Contract & { readonly folder: string })[] = [...bundled, { folder: 'sweeper', ...sweeper }]

let built: Built

beforeAll(async () => {
  built = await copyBuild()
})
afterAll(() => built.remove())

/** Reads the bundle of a function and its chunks. */
async function scripts(folder: string, root: string = built.folder): Promise<ReadonlyMap<string, Buffer>> {
  const home = join(root, 'dist', folder)
  const names = (await readdir(home)).filter((name) => name.endsWith('.js')).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(home, name))] as const)))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** Lists the source files with code in the bundle or its chunks. */
async function contents(folder: string): Promise<readonly string[]> {
  const meta: Metafile = JSON.parse(await readFile(join(built.folder, 'dist', folder, 'meta.json'), 'utf8'))
  const inputs = Object.values(meta.outputs).flatMap((output) => Object.entries(output.inputs))
  return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
}

/** Lists the source files with code in the bundle, or in a chunk that the bundle imports statically. */
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

/** Lists the trigger folders with code in the bundle. */
async function listTriggers(folder: string): Promise<readonly string[]> {
  const found = new Set((await files(folder, /^src\//)).map((file) => file.split('/')[1] ?? ''))
  return FOLDERS.filter((each) => found.has(each))
}

describe('npm run build', () => {
  it('builds a bundle for each function', () => {
    expect(functions.map(({ folder }) => folder).toSorted()).toEqual(FUNCTIONS)
  })

  it.each(bundled)('puts only the rules of $folder into the bundle of $folder', async ({ folder }) => {
    expect(await listTriggers(folder)).toEqual([folder])
  })

  it.each(functions)('puts no tool and no test kit into the bundle of $folder', async ({ folder }) => {
    expect(await files(folder, /^src\/(?:tools|testing)\//)).toEqual([])
  })

  it.each(functions)('contains neither the texts of refusals nor the client, which no function uses: $folder', async ({ folder }) => {
    expect(await files(folder, /refusal-texts|src\/client\//)).toEqual([])
    expect((await files(folder, /refusal-error/)).length).toBe(folder === 'sweeper' ? 0 : 1)
  })

  it('the bundle of the sweeper contains the rules with effects, and does not contain middy', async () => {
    expect(await files('sweeper', /^src\/post-confirmation\/send-welcome-email\.ts$/)).toHaveLength(1)
    expect(await listTriggers('sweeper')).toEqual(['post-confirmation', 'post-auth'])
    expect(await files('sweeper', MIDDY)).toEqual([])
  })

  it.each(functions)('puts only the AWS SDK clients $clients into the bundle of $folder', async ({ folder, clients }) => {
    const found = (await contents(folder)).flatMap((file) => /\/@aws-sdk\/client-([\w-]+)\//.exec(file)?.[1] ?? [])
    expect([...new Set(found)].toSorted()).toEqual(clients)
  })

  it('the pre-signup bundle does not load the AWS SDK when the bundle starts', async () => {
    expect((await loadedAtOnce('pre-signup')).filter((file) => AWS.test(file))).toEqual([])
    // The bundle still contains the SDK, for the block list.
    expect(await files('pre-signup', AWS)).not.toEqual([])
  })

  it.each(functions)('bundles neither command line tools nor zod: $folder', async ({ folder }) => {
    expect(await files(folder, TOOLS)).toEqual([])
    expect(await files(folder, /\/zod\//)).toEqual([])
  })

  it.each(Object.entries(UNUSED_SDK))('bundles no part of the SDK that Lambda does not need: %s', async (_, pattern) => {
    for (const folder of FUNCTIONS) expect(await files(folder, pattern)).toEqual([])
  })

  it.each(functions)("builds a bundle that loads Node's built-in modules without `import` or `require`: $folder", async ({ folder }) => {
    for (const text of (await scripts(folder)).values()) {
      expect(`${text}`).not.toMatch(/(?<!["'])\b(from|import)\s*["'](?!\.\/)/)
      // The SDK imports http for endpoints without TLS, and async_hooks for environments that run several invocations at once.
      expect(`${text}`).not.toMatch(/\bimport\(["'](?!\.\/|node:(http|async_hooks)["'])|Dynamic require of/)
    }
  })

  it.each(bundled)('precompiles the bundle: $folder', async ({ folder, trigger }) => {
    const before = await scripts(folder)
    const functions = `${before.get('handler.js')}`.match(/\((?:async )?(?:function\b|\w+=>|\([\w,]*\)=>)/g) ?? []
    // Precompiled functions are in parentheses. The pattern also matches functions that are called at once, so it needs many matches.
    expect(functions.length).toBeGreaterThan(60)
    expect(
      await precompileDeployed(join(built.folder, 'dist', folder), `events/${ordinaryEvent({ folder, trigger })}.json`),
    ).toBeUndefined()
    expect(await scripts(folder)).toEqual(before)
  })

  it.each(functions)('keeps the bundle within its size budget: $folder', async ({ folder, budget }) => {
    const all = [...(await scripts(folder)).values()]
    expect(sum(all.map((bytes) => bytes.length))).toBeLessThanOrEqual(budget.raw)
    expect(sum(all.map((bytes) => gzipSync(bytes).length))).toBeLessThanOrEqual(budget.gzipped)
  })

  it('builds identical bundles, byte for byte, in another folder', async () => {
    const again = await buildElsewhere()
    try {
      for (const folder of FUNCTIONS) expect(await scripts(folder, again.folder)).toEqual(await scripts(folder))
    } finally {
      await again.remove()
    }
  })

  it('writes source maps beside the bundles, but no sourceMappingURL comment, because maps are not deployed', async () => {
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
