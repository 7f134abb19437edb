/** The tables of the services. */
export const TABLES = { blocks: 'bench-blocks', profiles: 'bench-profiles', effects: 'bench-effects' } as const

/** What the bench asks of the process of the services. */
export type Request =
  | { readonly kind: 'delay'; readonly dynamodbMs: number; readonly sesMs: number }
  | { readonly kind: 'look'; readonly sub: string; readonly userPoolId: string; readonly email: string }
  | { readonly kind: 'count' }

/** What it answers, in the order in which it was asked. */
export type Reply =
  | { readonly kind: 'started'; readonly environment: Readonly<Record<string, string>>; readonly certificate: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'delayed' }
  | { readonly kind: 'seen'; readonly profile: Readonly<Record<string, unknown>> | undefined; readonly mails: number }
  /** Mails since the last time that they were counted. */
  | { readonly kind: 'counted'; readonly mails: number }
