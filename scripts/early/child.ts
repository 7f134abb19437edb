// Starts a handler as Lambda does, for one event. V8 writes down what was called, because its environment says so.
import { startYesServices } from './services.ts'

const [, , file = '', event = '{}'] = process.argv
process.env.AWS_ENDPOINT_URL = await startYesServices()
// Handlers know by it that they are in Lambda.
Reflect.set(globalThis, 'awslambda', { streamifyResponse: () => undefined })

const { handler }: { readonly handler: (event: unknown, context: object) => Promise<unknown> } = await import(file)
await handler(JSON.parse(event), { awsRequestId: 'rehearsal', getRemainingTimeInMillis: () => 5000 })
// The SDK keeps its connections open, and would keep this process.
process.exit(0)
