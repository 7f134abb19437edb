import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { deployed, down, sample, silent } from '../support/fidelity/deployed.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'
import { loadContracts, ordinarySample } from '../support/triggers.ts'

/** Removes the global by which handlers detect Lambda, so that they do not warm up. */
const UNWARMED = { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: 'true' }

const warmed = (await loadContracts()).filter(({ warmsUp }) => warmsUp)

underRuntimeClient('the warm-up', (client) => {
  const { start, embedded } = deployed(client)

  /** Starts proxies that record the warm-up requests and the calls to the embedded services. */
  async function watched(): Promise<Watched> {
    const calls: string[] = []
    const doors = await Promise.all(
      ['DYNAMODB', 'SES'].map(async (service) => {
        const variable = `AWS_ENDPOINT_URL_${service}`
        const warmed = Promise.withResolvers<Warming>()
        const server = createServer(async (request, response) => {
          const { method = 'GET', url, headers } = request
          const body = await text(request)
          if (method === 'GET') {
            response.on('finish', () => warmed.resolve({ service, url: `${url}`, headers: Object.keys(headers), body }))
            return response.writeHead(404).end()
          }
          calls.push(`${service} ${`${headers['x-amz-target'] ?? new URLSearchParams(body).get('Action')}`.replace(/^.*\./, '')}`)
          const passedOn = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'].map((name) => [name, `${headers[name] ?? ''}`])
          const answer = await fetch(`${embedded().environment[variable]}`, { method, body, headers: Object.fromEntries(passedOn) })
          return response.writeHead(answer.status, { 'content-type': `${answer.headers.get('content-type')}` }).end(await answer.text())
        })
        const door = await listenOnLoopback(server)
        onTestFinished(door.stop)
        return { variable, endpoint: door.endpoint, warmed: warmed.promise }
      }),
    )
    const environment = Object.fromEntries(doors.map(({ variable, endpoint }) => [variable, endpoint]))
    return { environment, calls, warmings: doors.map(({ warmed }) => warmed) }
  }

  it.each(warmed)(
    '$name sends each service a request without data before the first event, and makes the usual calls during the event',
    async ({ folder, exported, trigger, clients }) => {
      const services = clients.map((client) => client.toUpperCase())
      const { event, answer } = ordinarySample({ folder, trigger })
      const warm = await watched()
      const sandbox = await start(folder, warm.environment, { exported })
      // No event has been sent yet, so only the warm-up can have sent these requests.
      const warmings = await Promise.all(warm.warmings.slice(0, services.length))
      expect(warmings).toEqual(services.map((service) => ({ service, url: '/', headers: ['host', 'connection'], body: '' })))
      expect(warm.calls).toEqual([])
      expect(await sandbox.invoke(event)).toEqual({ kind: 'response', json: JSON.stringify(answer) })
      expect((await sandbox.stop()).stderr).toBe('')

      const cold = await watched()
      const unwarmed = await start(folder, { ...cold.environment, ...UNWARMED }, { exported })
      expect(await unwarmed.invoke({ ...event, request: withSub(event, `${folder}-cold`) })).toMatchObject({ kind: 'response' })
      expect(warm.calls).not.toEqual([])
      expect(warm.calls.toSorted()).toEqual(cold.calls.toSorted())
    },
  )

  it('handles events after a warm-up whose connections were refused', async () => {
    const event = await sample('post-auth/sign-in-mary')
    const sandbox = await start('post-auth', down)
    for (let time = 0; time < 2; time++) expect(await sandbox.invoke(event)).toMatchObject({ kind: 'response' })
    expect((await sandbox.stop()).stderr).toBe('')
  })

  it('handles an event in time if a service did not respond to the warm-up', async () => {
    const sandbox = await start('pre-auth', await silent())
    await sandbox.initialised
    expect(await sandbox.invoke(null)).toMatchObject({ kind: 'error', error: { errorType: 'TriggerFailedError' } })
  })
})

/** A warm-up request. */
interface Warming {
  readonly service: string
  readonly url: string
  readonly headers: readonly string[]
  readonly body: string
}

interface Watched {
  readonly environment: Readonly<Record<string, string>>
  /** The names of the called services and operations. */
  readonly calls: readonly string[]
  /** The warm-up request of each service. */
  readonly warmings: readonly Promise<Warming>[]
}

/** Returns the request of an event with another sub, because effects run only once per user. */
function withSub({ request }: Record<string, unknown>, sub: string): object {
  const { userAttributes } = Object(request)
  return { ...Object(request), userAttributes: { ...userAttributes, sub } }
}
