/** The names of the tables in the local DynamoDB, which all measured programs use. */
export const TABLES = { blocks: 'bench-blocks', profiles: 'bench-profiles', effects: 'bench-effects', limits: 'bench-limits' } as const

/** A request from the bench to the process of the services. */
export type Request =
  | { readonly kind: 'delay'; readonly dynamodbMs: number; readonly sesMs: number }
  | { readonly kind: 'look'; readonly sub: string; readonly userPoolId: string; readonly email: string }
  | { readonly kind: 'count' }

/** A reply of the process of the services. Replies have the order of the requests. */
export type Reply =
  | { readonly kind: 'started'; readonly environment: Readonly<Record<string, string>>; readonly certificate: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'delayed' }
  | { readonly kind: 'seen'; readonly profile: Readonly<Record<string, unknown>> | undefined; readonly mails: number }
  /** Number of emails since the previous `count` request. */
  | { readonly kind: 'counted'; readonly mails: number }
