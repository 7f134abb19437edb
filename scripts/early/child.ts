// Starts a handler as Lambda does, for one event. V8 writes down what was called, because its environment says so.
import { writeSync } from 'node:fs'
import { connectOnlyTo } from './no-network.ts'
import { startYesServices } from './services.ts'

const REPORT_FD = 3
const [, , file = '', event = '{}'] = process.argv

const services = await startYesServices()
process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${services.port}`
const wanted = connectOnlyTo(services.port)
// Handlers know by it that they are in Lambda.
Reflect.set(globalThis, 'awslambda', { streamifyResponse: () => undefined })

writeSync(REPORT_FD, JSON.stringify(await start()))
// The SDK keeps its connections open, and would keep this process.
process.exit(0)

/** How it went: what was wrong with it, and whether it is worth another try. */
async function start(): Promise<{ readonly fault?: string; readonly again: boolean }> {
  const fault = await failure()
  const [elsewhere] = wanted
  return {
    ...(elsewhere !== undefined ? { fault: `it calls ${elsewhere}` } : fault !== undefined && { fault }),
    again: services.heardAgain(),
  }
}

async function failure(): Promise<string | undefined> {
  try {
    const { handler }: { readonly handler: (event: unknown, context: object) => Promise<unknown> } = await import(file)
    await handler(JSON.parse(event), { awsRequestId: 'rehearsal', getRemainingTimeInMillis: () => 5000 })
    return undefined
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
