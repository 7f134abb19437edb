import { describe, expect, it } from 'vitest'
import { createFolder } from '../../support/cli/lifeguard.ts'
import { examineFunction, listCodes, type TestFunction } from '../../support/doctor-code.ts'

const FILES = { 'src/pre-sign-up.js': 'exports.handler = async (event) => event', 'zip.zip': '', 'package.json': {} }
const ZIP = { S3Bucket: 'deployments', S3Key: 'serverless/shop/dev/1700000000000-2023-11-14T22:13:20.000Z/shop.zip' }

const missing = async (given: TestFunction, files: Readonly<Record<string, string | object>> = FILES): Promise<readonly string[]> => {
  const { findings, unknown } = await examineFunction(given, await createFolder(files))
  if (findings.length === 0) expect(unknown).toContain("the rules of SignUp: the function's code was not found")
  return findings.map(({ code, message }) => `${code} ${message}`)
}

describe('doctor with a missing handler file', () => {
  it.each<[string, TestFunction, string]>([
    ["SAM's CodeUri", { properties: { Handler: 'index.handler', Code: { CodeUri: 'src' } } }, 'src/index.js'],
    [
      'a zip of the Serverless Framework',
      { properties: { Handler: 'src/pre-sign-in.handler', Code: ZIP } },
      "src/pre-sign-in.js. Did you mean 'src/pre-sign-up.js'?",
    ],
    [
      'another case of its name',
      { properties: { Handler: 'src/preSignUp.handler', Code: ZIP } },
      "src/preSignUp.js. Did you mean 'src/pre-sign-up.js'?",
    ],
    ['an asset of the CDK', { properties: { Handler: 'index.handler' }, metadata: { 'aws:asset:path': 'src' } }, 'src/index.js'],
    ['a folder that does not exist', { properties: { Handler: 'lib/index.handler', Code: ZIP } }, 'lib/index.js'],
  ])('reports the file of a function with %s', async (_, given, shown) => {
    expect(await missing(given)).toEqual([`LG109 The handler file of SignUp is missing: ${shown}`])
  })

  it.each<[string, TestFunction]>([
    ['SAM builds the function', { properties: { Handler: 'a.handler', Code: { CodeUri: 'src' } }, metadata: { BuildMethod: 'esbuild' } }],
    ['the code is in a bucket', { properties: { Handler: 'a.handler', Code: { S3Bucket: 'own', S3Key: 'own.zip' } } }],
    [
      "the zip is the user's own",
      { properties: { Handler: 'a.handler', Code: { ...ZIP, S3Key: ZIP.S3Key.replace('shop.zip', 'own.zip') } } },
    ],
    ['CodeUri is a zip', { properties: { Handler: 'a.handler', Code: { CodeUri: 'zip.zip' } } }],
    ['CodeUri is in a bucket', { properties: { Handler: 'a.handler', Code: { CodeUri: 's3://own/own.zip' } } }],
    ['CodeUri does not exist', { properties: { Handler: 'a.handler', Code: { CodeUri: 'built' } } }],
    ['CodeUri is known only at deployment', { properties: { Handler: 'a.handler', Code: { CodeUri: { Ref: 'Uri' } } } }],
    ['Handler is known only at deployment', { properties: { Handler: { Ref: 'Name' }, Code: { CodeUri: 'src' } } }],
    ['Handler names no export', { properties: { Handler: 'index', Code: { CodeUri: 'src' } } }],
    ['the handler is in a layer', { properties: { Handler: '/opt/nodejs/agent.handler', Code: { CodeUri: 'src' } } }],
    ['the handler is in a package', { properties: { Handler: 'node_modules/agent/index.handler', Code: { CodeUri: 'src' } } }],
  ])('lists the function as not checked if %s', async (_, given) => {
    expect(await missing(given)).toEqual([])
  })

  it('lists the function as not checked if the project has a build, which may write the folder', async () => {
    const files = { ...FILES, 'package.json': { scripts: { build: 'tsc' } } }

    expect(await missing({ properties: { Handler: 'lib/index.handler', Code: ZIP } }, files)).toEqual([])
    expect(await missing({ properties: { Handler: 'src/index.handler', Code: ZIP } }, files)).toHaveLength(1)
  })

  it('finds a TypeScript file, because the framework compiles it', async () => {
    const folder = await createFolder({ 'src/sign-up.ts': 'export const handler = async (event: object) => event' })

    expect(listCodes(await examineFunction({ properties: { Handler: 'src/sign-up.handler', Code: ZIP } }, folder))).toEqual([])
  })
})
