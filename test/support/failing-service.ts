import { eventBridgeBus } from '../../src/eventbridge/event-bridge-bus.ts'
import type { EventBus } from '../../src/rules/event-bus.ts'
import { type Cognito, cognitoClient } from '../../src/shared/aws/cognito.ts'
import { type Documents, documentClient } from '../../src/shared/aws/dynamodb.ts'
import { eventBridgeClient } from '../../src/shared/aws/event-bridge.ts'
import { endpointEnvironment, stubEnvironment } from './environment.ts'
import { type Behaviour, startTroubledService, type TroubledService, troubles } from './troubled-service.ts'

/** A way in which every service of a rule fails. */
export type Failure = 'is down' | 'never answers' | 'throttles'

export const FAILURES: readonly Failure[] = ['is down', 'never answers', 'throttles']

/** A service that fails, and the real clients of this package that call it. */
export interface FailingService extends TroubledService {
  /** The table of a rule whose table is in this service. */
  readonly table: { readonly documents: Documents; readonly table: string }
  readonly cognito: Cognito
  readonly bus: EventBus
}

// AWS throttles with 400 and an error type, a plain HTTP service with 429.
const throttle: Behaviour = (call) =>
  call.request.headers['x-amz-target'] === undefined ? void call.response.writeHead(429).end('{}') : troubles.throttles(call)

/** Starts a service that fails, and sets the environment variables with which the clients call it. */
export async function startFailingService(failure: Failure): Promise<FailingService> {
  const service = await startTroubledService(failure === 'throttles' ? throttle : troubles['never responds'])
  // The port of a stopped service refuses connections.
  if (failure === 'is down') await service.stop()
  stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL: service.endpoint })
  const busArn = 'arn:aws:events:eu-west-1:111122223333:event-bus/users'
  return {
    ...service,
    table: { documents: documentClient(), table: 'any' },
    cognito: cognitoClient(),
    bus: eventBridgeBus({ eventBridge: eventBridgeClient(), busArn, source: 'example.users' }),
  }
}
