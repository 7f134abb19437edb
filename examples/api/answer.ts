/** The claims of a token whose signature, issuer, time, app client and kind were checked. */
export type Claims = Readonly<Record<string, unknown>>

/** Verifies an access token. Returns undefined if the token is invalid. Throws if the public keys cannot be fetched. */
export type VerifyToken = (token: string) => Promise<Claims | undefined>

/** The parts of a request that decide the answer. */
export interface ApiRequest {
  /** The method and the path, such as `GET /me`. */
  readonly route: string
  /** The access token that the caller sent. */
  readonly token: string | undefined
  /** The claims that API Gateway has verified. Undefined if no authorizer ran. */
  readonly verified?: Claims | undefined
}

export interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Route {
  /** The group whose members may call the route. Without a group, every user may. */
  readonly group?: string
  readonly answer: (claims: Claims) => object
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET /me', { answer: ({ sub, username }) => ({ sub, username }) }],
  ['GET /reports', { group: 'staff', answer: ({ username }) => ({ reports: [], for: username }) }],
])

/**
 * Answers a request. The status is 401 without a valid access token, 403 without the group of the route, and 404 for an unknown route.
 *
 * @throws the error of `verify`, if the public keys cannot be fetched.
 */
export async function answerRequest(verify: VerifyToken, request: ApiRequest): Promise<Answer> {
  const route = ROUTES.get(request.route)
  if (route === undefined) return toAnswer(404, { message: 'Not Found' })
  const claims = await readClaims(verify, request, route)
  if (claims === undefined) {
    const challenge = request.token === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
    return toAnswer(401, { message: 'Unauthorized' }, { 'www-authenticate': challenge })
  }
  if (route.group !== undefined && !hasGroup(claims, route.group)) return toAnswer(403, { message: 'Forbidden' })
  return toAnswer(200, route.answer(claims))
}

async function readClaims(verify: VerifyToken, { token, verified }: ApiRequest, { group }: Route): Promise<Claims | undefined> {
  // API Gateway joins the groups to one text, in which a name with a space looks like two groups. So this route reads the token itself.
  const claims = verified !== undefined && group === undefined ? verified : token && (await verify(token))
  // API Gateway accepts ID tokens too.
  return claims && claims.token_use === 'access' ? claims : undefined
}

/** Returns true if the user of a verified token is in a group of the user pool. A claim that is not a list has no groups. */
export function hasGroup({ 'cognito:groups': groups }: Claims, group: string): boolean {
  return Array.isArray(groups) && groups.includes(group)
}

function toAnswer(statusCode: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}
