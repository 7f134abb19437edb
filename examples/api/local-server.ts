import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createHandler } from './create-handler.ts'
import type { LocalSettings } from './settings.ts'
import { verifyLocalTokens } from './verify-local.ts'

/**
 * Serves the API on this machine, with tokens of a local pool. The requests reach the handler as they do on AWS, but without an authorizer.
 *
 * @throws The operating system's error if the port is taken.
 */
export async function startLocalServer(settings: LocalSettings): Promise<Server> {
  const handler = createHandler(verifyLocalTokens(settings))
  const server = createServer(async ({ method = '', url = '/', headers }, response) => {
    const [path = ''] = url.split('?')
    try {
      const answer = await handler({
        routeKey: `${method} ${path}`,
        headers: { authorization: headers.authorization },
        requestContext: {},
      })
      response.writeHead(answer.statusCode, answer.headers).end(answer.body)
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error))
      // API Gateway gives this answer when a function throws.
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Internal Server Error"}')
    }
  })
  server.listen(settings.PORT, '127.0.0.1')
  await once(server, 'listening')
  return server
}
