import { writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundleSource, temporaryFolder } from '../support/bundled.ts'
import { oldestNode } from '../support/oldest-node.ts'
import { type Answer, runDeployed } from '../support/package/lambda-process.ts'
import { answering, type Behaviour, startTroubledService, type TroubledService, troubles } from '../support/troubled-service.ts'

/** A handler that reads an item with timeouts and an abort signal, and returns the result or the error in detail. */
const READS = `
import { ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { Agent } from 'node:http'

const requestHandler = { connectionTimeout: 300, requestTimeout: 200, socketTimeout: 200, throwOnRequestTimeout: true, httpAgent: new Agent({ keepAlive: true }) }
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 2, requestHandler }))

export const handler = async ({ waitMs = 4000 }) => {
  try {
    const { Item, $metadata } = await documents.send(new GetCommand({ TableName: 'blocks', Key: { pk: '1' } }), { abortSignal: AbortSignal.timeout(waitMs) })

    const free = Object.values(requestHandler.httpAgent.freeSockets).flat().length
    return { Item, status: $metadata.httpStatusCode, attempts: $metadata.attempts, free }
  } catch (error) {

    const classes = Object.entries({ ConditionalCheckFailedException, DynamoDBServiceException }).flatMap(([name, type]) => (error instanceof type ? [name] : []))
    return { name: error.name, message: error.message, code: error.code, attempts: error.$metadata?.attempts, classes }
  }
}`

const credentials = { AWS_ACCESS_KEY_ID: 'AKIDOFLAMBDA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token-of-lambda' }
const found = answering(200, { Item: { pk: { S: '1' }, count: { N: '2' } } })

/** Starts a fake DynamoDB with the given behaviour. `heard` collects the headers of its requests. */
async function service(behave: Behaviour): Promise<TroubledService & { readonly heard: IncomingHttpHeaders[] }> {
  const heard: IncomingHttpHeaders[] = []
  const started = await startTroubledService((call) => {
    heard.push(call.request.headers)
    behave(call)
  })
  onTestFinished(() => started.stop())
  return { ...started, heard }
}

async function run(
  file: string,
  { endpoint }: { readonly endpoint: string },
  environment: Readonly<Record<string, string>> = credentials,
  event: object = {},
  node: string = process.execPath,
): Promise<Answer> {
  return runDeployed(node, file, { AWS_REGION: 'eu-west-3', AWS_ENDPOINT_URL_DYNAMODB: endpoint, ...environment }, event)
}

describe('a handler bundled with lambdaPlugin', () => {
  it.each([
    ['the Node that runs the tests', process.execPath],
    ['the oldest supported Node', oldestNode],
  ])('signs a request with the region and credentials of the environment, on %s', async (_, node) => {
    const [dynamodb, { file }] = [await service(found), await bundleSource(READS)]
    expect(await run(file, dynamodb, credentials, {}, node)).toEqual({
      answer: { Item: { pk: '1', count: 2 }, status: 200, attempts: 1, free: 1 },
    })
    expect(dynamodb.heard).toMatchObject([
      {
        authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDOFLAMBDA\/\d{8}\/eu-west-3\/dynamodb\/aws4_request/),
        'x-amz-security-token': 'token-of-lambda',
        'user-agent': expect.stringMatching(/^aws-sdk-js\/\d+\.\d+\.\d+ /),
      },
    ])
  })

  it('runs a handler that is bundled as CommonJS', async () => {
    const [dynamodb, { file, metafile }] = [
      await service(found),
      await bundleSource(READS, {}, { format: 'cjs', splitting: false, outExtension: { '.js': '.cjs' } }),
    ]
    expect(Object.keys(metafile.outputs)).toHaveLength(1)
    expect(await run(file.replace(/js$/, 'cjs'), dynamodb)).toMatchObject({ answer: { status: 200 } })
  })

  it('reports missing credentials and tries no other credential provider', async () => {
    const [dynamodb, { file }] = [await service(found), await bundleSource(READS)]
    const container = { AWS_CONTAINER_CREDENTIALS_FULL_URI: dynamodb.endpoint }
    for (const environment of [{}, { AWS_ACCESS_KEY_ID: 'alone' }, container, { AWS_PROFILE: 'work' }]) {
      expect(await run(file, dynamodb, environment)).toMatchObject({
        answer: {
          name: 'CredentialsProviderError',
          message:
            'No credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and this bundle has no other credential provider',
        },
      })
    }
    expect(dynamodb.calls()).toBe(0)
  })

  it('fails without a region, and does not query instance metadata for the region', async () => {
    const [dynamodb, { file }] = [await service(found), await bundleSource(READS)]
    const environment = { ...credentials, AWS_REGION: '', AWS_EC2_METADATA_SERVICE_ENDPOINT: dynamodb.endpoint }
    expect(await run(file, dynamodb, environment)).toMatchObject({ answer: { message: expect.stringContaining('region=""') } })
    expect(dynamodb.calls()).toBe(0)
  })

  it('reads shared configuration files only when the handler is bundled with `credentials: chain`', async () => {
    const dynamodb = await service(found)
    const files = await createSharedFiles()
    const environment = { ...files, AWS_ENDPOINT_URL_DYNAMODB: '' }
    expect(await run((await bundleSource(READS)).file, dynamodb, { ...files, ...credentials })).toMatchObject({ answer: { status: 200 } })
    const chain = await bundleSource(READS, { credentials: 'chain' })
    expect(await run(chain.file, dynamodb, files)).toMatchObject({ answer: { status: 200 } })
    expect(dynamodb.heard.map(({ authorization }) => /Credential=(\w+)/.exec(`${authorization}`)?.[1])).toEqual([
      'AKIDOFLAMBDA',
      'AKIDOFAFILE',
    ])
    expect(await run(chain.file, dynamodb, environment)).toMatchObject({ answer: { code: 'ENOTFOUND' } })
  })

  it('uses container credentials when bundled with `credentials: container` and the environment has none', async () => {
    const dynamodb = await service(found)
    const expiration = new Date(Date.now() + 3_600_000).toISOString()
    const container = await service(
      answering(200, { AccessKeyId: 'AKIDOFCONTAINER', SecretAccessKey: 'secret', Token: 'its-token', Expiration: expiration }),
    )
    const { file } = await bundleSource(READS, { credentials: 'container' })
    const uri = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.endpoint}/creds`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'let-me-in' }
    expect(await run(file, dynamodb, uri)).toMatchObject({ answer: { status: 200 } })
    expect(await run(file, dynamodb, { ...uri, ...credentials })).toMatchObject({ answer: { status: 200 } })
    expect(dynamodb.heard.map((headers) => headers['x-amz-security-token'])).toEqual(['its-token', 'token-of-lambda'])
    expect(container.heard.map(({ authorization }) => authorization)).toEqual(['let-me-in'])
    expect(await run(file, dynamodb, {})).toMatchObject({
      answer: {
        name: 'CredentialsProviderError',
        message: expect.stringMatching(/neither AWS_ACCESS_KEY_ID.* nor AWS_CONTAINER_CREDENTIALS/),
      },
    })
  })

  it('retries a throttled request', async () => {
    let calls = 0
    const dynamodb = await service((call) => (++calls === 1 ? troubles.throttles(call) : found(call)))
    expect(await run((await bundleSource(READS)).file, dynamodb)).toMatchObject({ answer: { status: 200, attempts: 2 } })
  })

  it('retries once after a timeout when DynamoDB does not answer, and stops when the abort signal fires', async () => {
    const { file } = await bundleSource(READS)
    for (const trouble of ['never responds', 'stalls in the middle of its response'] as const) {
      const dynamodb = await service(troubles[trouble])
      expect(await run(file, dynamodb)).toMatchObject({ answer: { name: 'TimeoutError' } })
      expect(dynamodb.calls()).toBe(2)
      expect(await run(file, dynamodb, credentials, { waitMs: 50 })).toMatchObject({ answer: { name: 'AbortError' } })
    }
  })

  it('throws an instance of the error class that the response of DynamoDB names', async () => {
    const refuses = answering(400, { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no' })
    expect(await run((await bundleSource(READS)).file, await service(refuses))).toEqual({
      answer: {
        name: 'ConditionalCheckFailedException',
        message: 'no',
        attempts: 1,
        classes: ['ConditionalCheckFailedException', 'DynamoDBServiceException'],
      },
    })
  })

  it('connects to an https endpoint', async () => {
    const dynamodb = await service(found)
    await dynamodb.stop()
    const endpoint = dynamodb.endpoint.replace('http:', 'https:')
    expect(await run((await bundleSource(READS)).file, { endpoint })).toMatchObject({ answer: { code: 'ECONNREFUSED' } })
  })

  it('loads a dynamically imported module from a chunk beside the bundle', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'rare.ts'), "import { posix } from 'node:path'; export const rare = () => posix.sep")
    const { file, metafile } = await bundleSource(
      `export const handler = async () => (await import(${JSON.stringify(join(folder, 'rare.ts'))})).rare()`,
    )
    expect(Object.keys(metafile.outputs)).toHaveLength(2)
    expect(await run(file, { endpoint: '' })).toEqual({ answer: '/' })
  })

  it('bundles none of the removed parts of the SDK', async () => {
    const { contents } = await bundleSource(READS)
    expect(
      contents.filter((path) =>
        /credential-provider-(?!env|node\/dist-es\/defaultProvider)|nested-clients|token-providers|imds|event-streams|bowser|mnemonist/.test(
          path,
        ),
      ),
    ).toEqual([])
    expect(contents.filter((path) => /shared-ini-file-loader\/(load|parse|read)|Sha256Js|Paginator/.test(path))).toEqual([])
  })

  it('supports clients with adaptive retries, unless the option `adaptiveRetries` is false', async () => {
    const dynamodb = await service(found)
    const [whole, without] = [await bundleSource(READS), await bundleSource(READS, { adaptiveRetries: false })]
    const rateLimiters = ({ contents }: typeof whole) => contents.filter((path) => path.endsWith('/DefaultRateLimiter.js'))
    expect([rateLimiters(whole).length, rateLimiters(without).length]).toEqual([1, 0])
    const adaptive = { ...credentials, AWS_RETRY_MODE: 'adaptive' }
    expect(await run(whole.file, dynamodb, adaptive)).toMatchObject({ answer: { Item: { pk: '1', count: 2 } } })
    expect(await run(without.file, dynamodb)).toMatchObject({ answer: { Item: { pk: '1', count: 2 } } })
    expect(await run(without.file, dynamodb, adaptive)).toMatchObject({ answer: { message: 'Adaptive retries are not in this bundle' } })
  })
})

/** Creates shared configuration files as on a developer's machine, with fake keys and an unreachable endpoint. */
async function createSharedFiles(): Promise<Readonly<Record<string, string>>> {
  const folder = await temporaryFolder()
  const [AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE] = [join(folder, 'credentials'), join(folder, 'config')]
  await writeFile(AWS_SHARED_CREDENTIALS_FILE, '[default]\naws_access_key_id = AKIDOFAFILE\naws_secret_access_key = secret\n')
  await writeFile(AWS_CONFIG_FILE, '[default]\nendpoint_url = http://somewhere.invalid\n')
  return { AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE }
}
