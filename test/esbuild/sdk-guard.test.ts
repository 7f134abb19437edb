import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { type LambdaPluginOptions, lambdaPlugin } from '../../src/esbuild/index.ts'
import { repository } from '../support/built.ts'
import { bundleSource, temporaryFolder } from '../support/bundled.ts'

const READS = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'; export const handler = () => new DynamoDBClient({})"

// The other packages of the SDK, with their dependencies.
const SDK = ['@aws', '@aws-sdk', 'bowser', 'mnemonist', 'obliterator', 'tslib']
const CORE = 'node_modules/@smithy/core'

async function linkAllBut(except: string, from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const name of await readdir(from)) if (name !== except) await symlink(join(from, name), join(to, name), 'junction')
}

/** Creates a folder with its own copy of the AWS SDK. `upgrade` changes the copy as an SDK upgrade would. */
async function withSdk(upgrade: (modules: string) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder()
  const modules = join(folder, 'node_modules')
  // Only these files are changed, so all others are links.
  await mkdir(modules)
  for (const name of SDK) await symlink(join(repository, 'node_modules', name), join(modules, name), 'junction')
  await linkAllBut('core', join(repository, 'node_modules/@smithy'), join(modules, '@smithy'))
  await linkAllBut('dist-es', join(repository, CORE), join(folder, CORE))
  await cp(join(repository, CORE, 'dist-es'), join(folder, CORE, 'dist-es'), { recursive: true })
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
    // Without this, packages would resolve to the repository's SDK instead of the changed copy.
    preserveSymlinks: true,
    logLevel: 'silent',
    plugins: [lambdaPlugin(options)],
    ...settings,
  })
}

const CONFIG_FILES = '@smithy/core/dist-es/submodules/config/node-config-provider/fromSharedConfigFiles.js'

describe('lambdaPlugin with a changed SDK', () => {
  it('bundles an SDK whose files are as expected', async () => {
    await bundleInto(await withSdk(async () => undefined))
  })

  it('fails the build when the exports of an SDK file are not the expected ones', async () => {
    const folder = await withSdk((modules) =>
      writeFile(join(modules, CONFIG_FILES), 'export const fromSharedConfigFiles = 1; const other = 2; export { other as more }'),
    )
    await expect(bundleInto(folder)).rejects.toThrow(`${CONFIG_FILES} is not the version that cognito-lifeguard expects`)
  })

  it('fails the build when an SDK file lacks the string that the plugin replaces', async () => {
    const file = '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js'
    const folder = await withSdk(async (modules) => {
      const source = await readFile(join(modules, file), 'utf8')
      await writeFile(join(modules, file), source.replace('hasNativeCrypto ?', 'hasNativeCrypto\n?'))
    })
    await expect(bundleInto(folder)).rejects.toThrow(`${file} is not the version that cognito-lifeguard expects`)
  })

  it.each(['environment', 'container'] as const)(
    'fails the build when an SDK file has moved, with the option `credentials: %s`',
    async (credentials) => {
      const folder = await withSdk(async (modules) => {
        const file = join(modules, CONFIG_FILES)
        await cp(file, join(dirname(file), 'fromFiles.js'))
        await rm(file)
        const loader = join(dirname(file), 'configLoader.js')
        await writeFile(loader, (await readFile(loader, 'utf8')).replace('./fromSharedConfigFiles', './fromFiles'))
      })
      await expect(bundleInto(folder, { credentials })).rejects.toThrow(`The AWS SDK in this bundle does not contain ${CONFIG_FILES}`)
      await bundleInto(folder, { credentials: 'chain' })
    },
  )

  it('does not check the files of the SDK when the option `sdk` is false', async () => {
    await bundleInto(
      await withSdk((modules) => writeFile(join(modules, CONFIG_FILES), 'export const fromSharedConfigFiles = 1; export const more = 2')),
      { sdk: false },
    )
  })

  it('fails the build when `mainFields` selects the CommonJS files of the SDK', async () => {
    await expect(bundleInto(await withSdk(async () => undefined), {}, { mainFields: ['main'] })).rejects.toThrow(
      'The AWS SDK in this bundle does not contain',
    )
  })
})

describe('lambdaPlugin with an external SDK', () => {
  it('keeps the import of the SDK and does not check its files', async () => {
    const { file } = await bundleSource(READS, {}, { external: ['@aws-sdk/*'] })
    expect(await readFile(file, 'utf8')).toContain('@aws-sdk/client-dynamodb')
  })
})

describe('lambdaPlugin with event streams', () => {
  const source = "import { S3Client } from '@aws-sdk/client-s3'; export const handler = () => new S3Client({})"

  it('fails the build of a client that uses event streams, with an error that names the option', async () => {
    await expect(bundleSource(source)).rejects.toThrow(
      '@aws-sdk/client-s3 has operations with event streams. Set `eventStreams: true` to bundle it.',
    )
  })

  it('bundles event streams when the option `eventStreams` is true', async () => {
    const { contents } = await bundleSource(source, { eventStreams: true })
    expect(contents.filter((path) => path.includes('event-streams/EventStreamSerde'))).not.toEqual([])
  })
})

it('lambdaPlugin rejects a platform other than node', async () => {
  await expect(bundleSource('export const handler = 1', {}, { platform: 'browser' })).rejects.toThrow(
    "`platform` is 'browser'; expected 'node', because handlers run in Node",
  )
})
