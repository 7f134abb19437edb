import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { findTrigger } from '../../src/shared/cognito/triggers.ts'
import { type DefaultHandlers, type Handled, startDefaultHandlers } from '../support/default-handlers.ts'
import { FUNCTIONS, findFolder } from '../support/triggers.ts'

const CORPUS = process.env.EVENT_CORPUS
const FIVE_MINUTES = 300_000

const Named = z.looseObject({ triggerSource: z.string() })
const Post = z.looseObject({ request: z.looseObject({ userAttributes: z.looseObject({ sub: z.string().min(1) }) }) })

type HandledFile = { readonly file: string } & (
  | { readonly kind: 'not an event' | 'no handler yet' }
  | { readonly kind: 'decided'; readonly folder: string; readonly event: z.infer<typeof Named>; readonly handled: Handled }
)

describe.skipIf(!CORPUS)(`every event file below EVENT_CORPUS${CORPUS ? '' : ' (not set)'}`, () => {
  const root = resolve(CORPUS ?? '.')
  let handlers: DefaultHandlers
  let files: readonly string[] = []
  const results: HandledFile[] = []
  const decided = (): readonly Extract<HandledFile, { kind: 'decided' }>[] => results.filter((each) => each.kind === 'decided')

  beforeAll(async () => {
    handlers = await startDefaultHandlers([])
    files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .sort()
    for (const file of files) results.push(await handleFile(handlers, root, file))
    console.info(formatSummary(root, results))
  }, FIVE_MINUTES)
  afterAll(() => handlers.stop())

  it('decides each file that is an event of a trigger with a handler', () => {
    expect(files).not.toHaveLength(0)
    const count = (kind: HandledFile['kind']): number => results.filter((each) => each.kind === kind).length
    expect(count('decided') + count('no handler yet') + count('not an event')).toBe(files.length)
    expect(decided()).not.toHaveLength(0)
  })

  it('no event file makes a handler or a rule throw', () => {
    const broken = decided().filter(
      ({ handled }) => handled.decision === 'failed' || handled.trace.some(({ outcome }) => outcome === 'error'),
    )
    expect(broken).toEqual([])
  })

  it('returns an event with all its fields, or denies it with a reason', () => {
    for (const { file, event, handled } of decided()) {
      if (handled.decision === 'denied') {
        expect(handled, file).toMatchObject({ decidedBy: expect.any(String), reason: expect.any(String) })
        continue
      }
      // A handler may change values in the response.
      const { response, ...rest } = event
      expect(handled.answer, file).toMatchObject(rest)
      expect(Object(handled.answer).response, file).toEqual(expect.objectContaining(withAnyValues(response)))
    }
  })

  it('skips an event of a post trigger without a sub, with the reason no-sub', () => {
    for (const { file, folder, event, handled } of decided()) {
      if (!folder.startsWith('post-') || Post.safeParse(event).success) continue
      expect(handled.trace, file).toContainEqual(expect.objectContaining({ outcome: 'skip', reason: 'no-sub' }))
      expect(
        handled.trace.filter(({ outcome }) => outcome === 'done'),
        file,
      ).toEqual([])
    }
  })
})

async function handleFile(handlers: DefaultHandlers, root: string, file: string): Promise<HandledFile> {
  const named = Named.safeParse(parseJson(readFileSync(join(root, file), 'utf8')))
  if (!named.success) return { file, kind: 'not an event' }
  const event = named.data
  if (findTrigger(event.triggerSource) === undefined) return { file, kind: 'not an event' }
  const folder = findFolder(event.triggerSource)
  if (folder === undefined || !FUNCTIONS.includes(folder)) return { file, kind: 'no handler yet' }
  return { file, kind: 'decided', folder, event, handled: await handlers.handle(folder, event) }
}

/** Returns an object with the same keys, each of which matches any value. */
function withAnyValues(response: unknown): Readonly<Record<string, unknown>> {
  const anyValue = { asymmetricMatch: () => true }
  return Object.fromEntries(Object.keys(Object(response)).map((key) => [key, anyValue]))
}

/** Parses JSON. Returns undefined if the string is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function formatSummary(root: string, results: readonly HandledFile[]): string {
  const of = (kind: HandledFile['kind']): readonly HandledFile[] => results.filter((each) => each.kind === kind)
  const lines = results.flatMap((each) => (each.kind === 'decided' ? [`  ${each.file}: ${describeOutcome(each.handled)}`] : []))
  return [
    `${results.length} files below ${root}`,
    `decided: ${lines.length}`,
    ...lines,
    `no handler yet: ${of('no handler yet').length}`,
    `not an event: ${of('not an event').length}`,
    ...of('not an event').map(({ file }) => `  ${file}`),
  ].join('\n')
}

function describeOutcome({ decision, decidedBy, reason, trace }: Handled): string {
  const rules = trace.map((line) => `${line.rule} ${line.reason ?? line.outcome}`).join(', ')
  return `${decision}${decidedBy === null ? '' : ` by ${decidedBy}`}${reason === null ? '' : ` (${reason})`}: ${rules}`
}
