import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Term } from '../notation.ts'
import { captureOutput } from './captured.ts'
import type { CompositionsJob, Recorded } from './jobs.ts'

/** The public functions of a version. The type is loose, because no exact type fits two versions. */
type Library = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

const event = {
  version: '1',
  region: 'us-east-1',
  userPoolId: 'us-east-1_Example',
  userName: 'ann',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  request: { userAttributes: { sub: 'sub', email: 'ann@example.com' } },
}
const TRIGGERS = [
  { folder: 'pre-signup', factory: 'preSignUp', triggerSource: 'PreSignUp_SignUp', response: { autoConfirmUser: false } },
  { folder: 'pre-auth', factory: 'preAuthentication', triggerSource: 'PreAuthentication_Authentication', response: {} },
  { folder: 'post-confirmation', factory: 'postConfirmation', triggerSource: 'PostConfirmation_ConfirmSignUp', response: {} },
] as const

/** Builds each composition with the library of a version, runs it on an event of each trigger, and records its behaviour. */
export async function runCompositions(job: CompositionsJob, write: (recorded: Recorded) => void): Promise<void> {
  const lines = captureOutput()
  const load = async (path: string): Promise<Library> => import(pathToFileURL(join(job.root, 'src', path)).href)
  const library = await load('index.ts')
  const factories = await Promise.all(
    TRIGGERS.map(async (trigger) => ({ ...trigger, make: (await load(`${trigger.folder}/index.ts`))[trigger.factory] })),
  )
  const terms: readonly { readonly text: string; readonly term: Term }[] = JSON.parse(await readFile(job.terms, 'utf8'))
  for (const { text, term } of terms) {
    for (const { make, triggerSource, response } of factories) {
      // Post triggers reject these combinators, because rules of post triggers cannot deny or allow.
      if (triggerSource.startsWith('Post') && /\b(anyOf|denyIf|shadow)\b/.test(text)) continue
      const label = `${triggerSource}: ${text}`
      try {
        // The cast is safe, because a handler is a function with extra properties.
        const handler = make?.(build(term, library)) as (event: unknown, context: object) => Promise<unknown>
        const answer = JSON.stringify(await handler({ ...event, triggerSource, response }, { awsRequestId: 'request' }))
        write({ label, answer, requests: [], lines: lines() })
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        write({ label, error: { name, message }, requests: [], lines: lines() })
      }
    }
  }
}

const conditions: Readonly<Record<string, () => unknown>> = {
  yes: () => true,
  no: async () => false,
  throws: () => {
    throw new Error('the condition throws')
  },
}

function build({ word, terms }: Term, library: Library): unknown {
  const call = (name: string, ...args: readonly unknown[]): unknown => library[name]?.(...args)
  const rule = (name: string, evaluate: () => unknown): unknown => call('defineRule', name, evaluate)
  const inner = (term: Term | undefined): unknown => build(term ?? { word: 'skip', terms: [] }, library)
  const [first, ...rest] = terms
  switch (word) {
    case 'allow':
      return rule('allow', async () => call('allow'))
    case 'skip':
      return rule('skip', () => call('skip', 'a-reason'))
    case 'deny':
      return rule('deny', () => call('deny', 'no', 'No'))
    case 'deny2':
      return rule('deny2', async () => call('deny', 'no-again', 'No again.'))
    case 'done':
      return rule('done', async () => call('done'))
    case 'error':
      return rule('error', () => {
        throw new RangeError('the rule throws')
      })
    case 'set':
      return rule('set', async () => call('respond', first?.word.startsWith('a') ? { autoConfirmUser: true } : { autoVerifyEmail: true }))
    case 'denyIf':
      return call('denyIf', conditions[first?.word ?? ''], 'asked', 'Asked')
    case 'when':
      return call('when', conditions[first?.word ?? ''], ...rest.map(inner))
    case 'failOpen':
    case 'failClosed':
    case 'shadow':
      return call(word, inner(first))
    default:
      return call(word, ...terms.map(inner))
  }
}
