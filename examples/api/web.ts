import { type Answer, answerRequest } from './answer.ts'
import { readApiSettings } from './settings.ts'
import { verifyCognitoTokens } from './verify-cognito.ts'

const verify = verifyCognitoTokens(readApiSettings(process.env))

/** The parts of an event of an Application Load Balancer that the handler reads. */
interface LoadBalancerEvent {
  readonly httpMethod: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** The function behind the load balancer, which signs users in and adds their access token to each request. */
export const handler = ({ httpMethod, path, headers }: LoadBalancerEvent): Promise<Answer> =>
  // A caller who reaches the function in another way can write this header too, so the token is verified.
  answerRequest(verify, { route: `${httpMethod} ${path}`, token: headers['x-amzn-oidc-accesstoken'] })
