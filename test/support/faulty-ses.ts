import { type LocalServices, startServices } from '../../src/tools/local/services.ts'
import type { LocalSes } from '../../src/tools/local/ses/local-ses.ts'
import { formatErrorAnswer, SesError } from '../../src/tools/local/ses/protocol.ts'
import { startSes } from '../../src/tools/local/ses/server.ts'
import { formatJsonError, isVersion2 } from '../../src/tools/local/ses/version-2.ts'
import type { TableNames } from '../../src/tools/local/tables.ts'
import { forward } from './lossy-proxy.ts'
import { startTroubledService } from './troubled-service.ts'

/**
 * A fault of the next calls:
 * - `hang`: the call is never answered, and no email is accepted.
 * - `reset`: the connection is reset, and no email is accepted.
 * - `status500`: SES returns InternalFailure.
 * - `throttling`: SES returns Throttling, as for too high a sending rate.
 * - `sandbox`: SES returns MessageRejected, as for an unverified recipient of an account in the sandbox.
 * - `dropResponse`: a valid email **is** accepted, and the connection is closed without a response.
 */
export type SesFault = 'hang' | 'reset' | 'status500' | 'throttling' | 'sandbox' | 'dropResponse'

/** A local SES behind a proxy that injects faults. */
export interface FaultySes extends LocalSes {
  /** Sets the fault of all following calls. With undefined, new calls succeed, but calls that already hang keep hanging. */
  readonly fault: (fault: SesFault | undefined) => void
}

/** The local services with a {@link FaultySes}. */
export interface FaultyServices extends LocalServices {
  readonly ses: FaultySes
}

/** Starts the local services with a faulty SES. */
export async function startFaultyServices(names: TableNames): Promise<FaultyServices> {
  const services = await startServices(names)
  const ses = await withFaults(services.ses)
  return {
    ...services,
    ses,
    environment: { ...services.environment, AWS_ENDPOINT_URL_SES: ses.endpoint, AWS_ENDPOINT_URL_SESV2: ses.endpoint },
    stop: async () => {
      await Promise.all([ses.stop(), services.stop()])
    },
  }
}

/** Starts a faulty SES. */
export async function startFaultySes(): Promise<FaultySes> {
  return withFaults(await startSes())
}

/** Starts a proxy in front of a local SES. Stopping the proxy stops both. */
async function withFaults(ses: LocalSes): Promise<FaultySes> {
  let fault: SesFault | undefined
  const refusals = {
    throttling: new SesError('Throttling', 'Maximum sending rate exceeded.'),
    sandbox: new SesError(
      'MessageRejected',
      'Email address is not verified. The following identities failed the check in region US-EAST-1: ann@example.com',
    ),
    status500: new SesError('InternalFailure', 'The request processing has failed because of an unknown error.', 500),
  }
  const proxy = await startTroubledService(async ({ body, request, response }) => {
    const now = request.method === 'POST' ? fault : undefined
    if (now === 'hang') return
    if (now === 'reset') return void request.socket.resetAndDestroy()
    if (now === 'throttling' || now === 'sandbox' || now === 'status500') {
      const { status, headers, body } = (isVersion2(request.url ?? '') ? formatJsonError : formatErrorAnswer)(refusals[now])
      return void response.writeHead(status, headers).end(body)
    }
    const { status, type, text } = await forward(ses.endpoint, body, request)
    if (now === 'dropResponse') return void request.socket.destroy()
    response.writeHead(status, { 'content-type': type }).end(text)
  })
  return {
    endpoint: proxy.endpoint,
    inbox: ses.inbox,
    clear: ses.clear,
    fault: (next) => {
      fault = next
    },
    stop: async () => {
      await Promise.all([proxy.stop(), ses.stop()])
    },
  }
}
