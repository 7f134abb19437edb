import { type Answer, answerRequest, type Claims, type VerifyToken } from './answer.ts'

/** The parts of an event of an HTTP API, with payload version 2.0, that the handler reads. */
export interface HttpApiEvent {
  readonly routeKey: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly requestContext: { readonly authorizer?: { readonly jwt?: { readonly claims?: Claims } } }
}

export type HttpApiHandler = (event: HttpApiEvent) => Promise<Answer>

/** Creates the handler of an HTTP API. It works with the user pool authorizer of API Gateway, and without it. */
export function createHandler(verify: VerifyToken): HttpApiHandler {
  return ({ routeKey, headers, requestContext }) =>
    answerRequest(verify, {
      route: routeKey,
      token: readBearer(headers.authorization),
      // Only API Gateway can write this part of the event.
      verified: requestContext.authorizer?.jwt?.claims,
    })
}

function readBearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
}
