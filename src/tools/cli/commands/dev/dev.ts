import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { findClosestName } from '../../../lib/closest-name.ts'
import { UsageError } from '../../../lib/errors.ts'
import { runProgram } from '../../../lib/run-program.ts'
import { ASSUMPTION_NAMES, type AssumptionName, isAssumption } from '../../../pool/assumptions.ts'
import { type Dev, type DevOptions, startDev } from '../../../pool/project/start-dev.ts'
import { watchProject } from '../../../pool/project/watch-project.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { formatError } from '../../print-error.ts'
import { formatEntry } from './print-entry.ts'
import { DEV_HELP } from './usage.ts'

/** Runs `lifeguard dev` until a signal stops it, and returns its exit code. */
export async function runDev(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions('dev', {
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      port: { type: 'string', default: '0' },
      state: { type: 'string' },
      seed: { type: 'string' },
      triggers: { type: 'string', multiple: true, default: [] },
      assume: { type: 'string', multiple: true, default: [] },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'tls-port': { type: 'string', default: '0' },
      open: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
      handler: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help) {
    await io.out(DEV_HELP)
    return EXIT.fine
  }
  const { folder, environment, signal } = io
  const dev = await startDev({
    folder,
    environment,
    signal,
    configuration: values.config,
    handlers: values.handler,
    variables: values.env,
    optional: values.triggers.flatMap((names) => names.split(',')),
    turned: values.assume.map(parseAssumption),
    port: parsePort(values.port),
    state: values.state,
    seed: values.seed,
    tls: await readCertificate(folder, values),
    onNote: printOnce(io),
  })
  try {
    await io.out(values.json ? [JSON.stringify(describe(dev))] : formatStart(dev))
    if (!values.json) dev.pools.world.journal.follow((entry) => void io.out(formatEntry(entry)))
    if (values.open) openInBrowser(describe(dev).inbox)
    await reloadUntilStopped(dev, values.state === undefined ? [] : [values.state], io)
  } finally {
    await dev.stop()
  }
  return EXIT.fine
}

interface TlsOptions {
  readonly 'tls-cert'?: string
  readonly 'tls-key'?: string
  readonly 'tls-port': string
}

/** @throws UsageError if only one file is named, or a file cannot be read. */
async function readCertificate(folder: string, options: TlsOptions): Promise<DevOptions['tls']> {
  const { 'tls-cert': certFile, 'tls-key': keyFile, 'tls-port': port } = options
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined) throw new UsageError('--tls-cert and --tls-key belong together. Name both files')
  const read = (option: string, file: string): Promise<string> =>
    readFile(resolve(folder, file), 'utf8').catch((error: unknown) => {
      throw new UsageError(`${option} ${file}: ${error instanceof Error ? error.message : String(error)}`)
    })
  const [cert, key] = await Promise.all([read('--tls-cert', certFile), read('--tls-key', keyFile)])
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new UsageError(
      `${certFile} and ${keyFile} are not a certificate and its private key: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return { cert, key, port: parsePort(port, '--tls-port') }
}

/** The addresses and ids of a running `lifeguard dev`, as `--json` prints them. */
export interface DevAddresses {
  readonly endpoint: string
  readonly region: string
  readonly userPoolId: string
  readonly clientId: string
  readonly issuer: string
  readonly jwksUri: string
  readonly inbox: string
  /** The host and port of managed login with HTTPS. Absent without a certificate. */
  readonly domain?: string
}

function describe({ pools, poolIds }: Dev): DevAddresses {
  const [userPoolId = ''] = poolIds
  const { endpoint, world } = pools
  const issuer = `${endpoint}/${userPoolId}`
  const [clientId = ''] = world.store.pools.get(userPoolId)?.clients.keys() ?? []
  const jwksUri = `${issuer}/.well-known/jwks.json`
  const { domain } = pools
  const inbox = `${endpoint}/_lifeguard/inbox`
  return { endpoint, region: world.store.region, userPoolId, clientId, issuer, jwksUri, inbox, ...(domain !== undefined && { domain }) }
}

function formatStart(dev: Dev): readonly string[] {
  const { endpoint, inbox, issuer, domain } = describe(dev)
  const pools = dev.poolIds.flatMap((id) => {
    const pool = dev.pools.world.store.pools.get(id)
    const clients = [...(pool?.clients.values() ?? [])].map((client) => `  App client   ${client.id}  (${client.settings.ClientName})`)
    return [`  User pool    ${id}  (${pool?.settings.PoolName})`, ...clients]
  })
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SES, AWS_ENDPOINT_URL_SNS, AWS_ENDPOINT_URL_KMS } = dev.session.environment()
  return [
    'The local user pool is ready.',
    `  Endpoint     ${endpoint}`,
    ...pools,
    `  Issuer       ${issuer}`,
    ...(domain === undefined ? [] : [`  Login        https://${domain}`]),
    `  Inbox        ${inbox}`,
    `  Journal      ${endpoint}/_lifeguard/journal`,
    `  DynamoDB     ${AWS_ENDPOINT_URL_DYNAMODB}`,
    `  SES          ${AWS_ENDPOINT_URL_SES}`,
    `  SNS          ${AWS_ENDPOINT_URL_SNS}`,
    `  KMS          ${AWS_ENDPOINT_URL_KMS}`,
    'Press Ctrl-C to stop.',
  ]
}

/** Prints notes, and leaves out one that repeats the last: a function that does not build fails each event in the same way. */
function printOnce(io: Io): (note: string) => void {
  let last = ''
  return (note) => {
    if (note !== last) io.err(note.split('\n'))
    last = note
  }
}

async function reloadUntilStopped(dev: Dev, ignored: readonly string[], io: Io): Promise<void> {
  while (!io.signal.aborted) {
    let release: (() => void) | undefined
    const onChange = (): void => {
      release = dev.hold()
    }
    await watchProject({ folder: io.folder, sources: await dev.sources(), ignored, onChange, signal: io.signal })
    if (io.signal.aborted) return
    try {
      const isBuilt = await dev.reload()
      io.err([
        isBuilt
          ? 'Reloaded after a change. Later requests run the changed code'
          : 'A function does not build, so its events fail. Fix it and save',
      ])
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      io.err(formatError(error))
    }
    release?.()
  }
}

function parsePort(value: string, option = '--port'): number {
  const port = Number(value)
  if (!/^\d{1,5}$/.test(value) || port > 65_535) throw new UsageError(`${option} ${value}: expected a number from 0 to 65535`)
  return port
}

function parseAssumption(name: string): AssumptionName {
  if (isAssumption(name)) return name
  const closest = findClosestName(name, ASSUMPTION_NAMES)
  const next = closest === undefined ? `expected one of ${ASSUMPTION_NAMES.join(', ')}` : `Did you mean '${closest}'?`
  throw new UsageError(`--assume ${name}: ${next}`)
}

/** Opens a page in the user's browser. Does nothing if that fails, because the page's address is printed too. */
function openInBrowser(url: string): void {
  const [program = '', ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  void runProgram(program, program, [...args, url], {}).catch(() => undefined)
}
