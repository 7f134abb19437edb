import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { type LambdaPluginOptions, lambdaPlugin } from '../../src/esbuild/index.ts'
import { repository } from '../support/built.ts'
import { bundleSource, temporaryFolder } from '../support/bundled.ts'

const READS = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'; export const handler = () => new DynamoDBClient({})"

/** A folder with an AWS SDK of its own, which a test changes as an upgrade would. */
async function withSdk(upgrade: (modules: string) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder()
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(join(repository, 'node_modules'))) {
    const from = join(repository, 'node_modules', name)
    if (name === '@smithy') await cp(from, join(modules, name), { recursive: true })
    else await symlink(from, join(modules, name), 'junction')
  }
  await upgrade(modules)
  await writeFile(join(folder, 'handler.js'), READS)
  return folder
}

async function bundleInto(folder: string, options: LambdaPluginOptions = {}, settings: BuildOptions = {}): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: ['handler.js'],
    outfile: 'dist/handler.js',
    bundle: true,
    format: 'esm',
    // Else packages would find each other where they really are.
    preserveSymlinks: true,
    logLevel: 'silent',
    plugins: [lambdaPlugin(options)],
    ...settings,
  })
}

const CONFIG_FILES = '@smithy/core/dist-es/submodules/config/node-config-provider/fromSharedConfigFiles.js'

describe('an SDK that is not the one that is known', () => {
  it('is bundled as long as all is where it should be', async () => {
    await bundleInto(await withSdk(async () => undefined))
  })

  it('fails the build when a file is another', async () => {
    const folder = await withSdk((modules) =>
      writeFile(join(modules, CONFIG_FILES), 'export const fromSharedConfigFiles = 1; const other = 2; export { other as more }'),
    )
    await expect(bundleInto(folder)).rejects.toThrow(`This is not the ${CONFIG_FILES} that is known`)
  })

  it('fails the build when a text to replace is not there', async () => {
    const file = '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js'
    const folder = await withSdk(async (modules) => {
      const source = await readFile(join(modules, file), 'utf8')
      await writeFile(join(modules, file), source.replace('hasNativeCrypto ?', 'hasNativeCrypto\n?'))
    })
    await expect(bundleInto(folder)).rejects.toThrow(`This is not the ${file} that is known`)
  })

  it.each(['environment', 'container'] as const)(
    'fails the build when a file has moved, with credentials of the %s',
    async (credentials) => {
      const folder = await withSdk(async (modules) => {
        const file = join(modules, CONFIG_FILES)
        await cp(file, join(dirname(file), 'fromFiles.js'))
        await rm(file)
        const loader = join(dirname(file), 'configLoader.js')
        await writeFile(loader, (await readFile(loader, 'utf8')).replace('./fromSharedConfigFiles', './fromFiles'))
      })
      await expect(bundleInto(folder, { credentials })).rejects.toThrow(`The AWS SDK in this bundle has no ${CONFIG_FILES}`)
      await bundleInto(folder, { credentials: 'chain' })
    },
  )

  it('is left as it is, when that is asked for', async () => {
    await bundleInto(
      await withSdk((modules) => writeFile(join(modules, CONFIG_FILES), 'export const fromSharedConfigFiles = 1; export const more = 2')),
      { sdk: false },
    )
  })

  it('fails the build when it is bundled in CommonJS, of which nothing can be left out', async () => {
    await expect(bundleInto(await withSdk(async () => undefined), {}, { mainFields: ['main'] })).rejects.toThrow(
      'The AWS SDK in this bundle has no',
    )
  })
})

describe('an SDK that is not bundled', () => {
  it('is not looked at', async () => {
    const { file } = await bundleSource(READS, {}, { external: ['@aws-sdk/*'] })
    expect(await readFile(file, 'utf8')).toContain('@aws-sdk/client-dynamodb')
  })
})

describe('event streams', () => {
  const source = "import { S3Client } from '@aws-sdk/client-s3'; export const handler = () => new S3Client({})"

  it('fail the build of a client that may use them, which then is told how', async () => {
    await expect(bundleSource(source)).rejects.toThrow(
      '@aws-sdk/client-s3 has operations with event streams: bundle it with `eventStreams: true`',
    )
  })

  it('are bundled when they are asked for', async () => {
    const { contents } = await bundleSource(source, { eventStreams: true })
    expect(contents.filter((path) => path.includes('event-streams/EventStreamSerde'))).not.toEqual([])
  })
})

it('is for Node alone', async () => {
  await expect(bundleSource('export const handler = 1', {}, { platform: 'browser' })).rejects.toThrow(
    "Handlers run in Node, but `platform` is 'browser'",
  )
})
