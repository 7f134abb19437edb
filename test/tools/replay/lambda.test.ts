import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RuleDescription } from '../../../src/tools/lib/description.ts'
import type { Invocation } from '../../../src/tools/replay/invocation.ts'
import { createLambdaFunction, type LambdaOptions } from '../../../src/tools/replay/lambda.ts'
import { createFolder, event } from '../../support/cli/lifeguard.ts'

const first = event('PreSignUp_SignUp', { first: 'yes' })
const second = event()

interface Invoked {
  readonly results: readonly Invocation[]
  readonly notes: readonly string[]
  readonly output: readonly string[]
  readonly rule: RuleDescription | undefined
}

/** Invokes a handler with one event after the other. */
async function invokeAll(
  files: Readonly<Record<string, unknown>>,
  events: readonly object[],
  options: Partial<LambdaOptions> = {},
): Promise<Invoked> {
  const folder = await createFolder(files)
  const notes: string[] = []
  const output: string[] = []
  const lambda = createLambdaFunction({
    folder,
    exported: 'handler',
    environment: {},
    onOutput: (line) => output.push(line),
    onNote: (note) => notes.push(note),
    ...options,
    file: join(folder, options.file ?? 'h.cjs'),
    ...(options.packageRoot !== undefined && { packageRoot: join(folder, options.packageRoot) }),
  })
  onTestFinished(() => lambda.stop())
  const results: Invocation[] = []
  for (const each of events) results.push(await lambda.invoke(each, 5000))
  return { results, notes, output, rule: await lambda.rule() }
}

/** Invokes a handler whose body is the given code. `first` is true for the first event. */
const invoke = (body: string, options: Partial<LambdaOptions> = {}, async: string = 'async ') =>
  invokeAll(
    { 'h.cjs': `exports.handler = ${async}function (event, context) {\n  const first = event.request.clientMetadata?.first\n  ${body}\n}` },
    [first, second],
    options,
  )

describe('an event after another event', () => {
  const answered = { kind: 'returned', json: expect.stringContaining('"triggerSource"') }
  const crash = 'TypeError: Cannot read properties of null (reading'

  it.each<readonly [string, string, string]>([
    [
      'a timer of the first event crashes after the answer',
      'if (first) setTimeout(() => null.late, 20)',
      `ended its process after its answer: ${crash} 'late') (h.cjs:3). In Lambda, a later event may fail`,
    ],
    [
      'a promise of the first event rejects after the answer',
      'if (first) setTimeout(() => Promise.reject(new TypeError("late")), 20)',
      'ended its process after its answer: TypeError: late (h.cjs:3). In Lambda, a later event may fail',
    ],
    [
      'the first event exits after the answer',
      'if (first) setTimeout(() => process.exit(0), 20)',
      'ended its process after its answer. In Lambda, a later event may fail',
    ],
    [
      'a timer of the first event crashes during the second event',
      'if (first) setTimeout(() => null.late, 100).unref(); else await new Promise((resolve) => setTimeout(resolve, 300))',
      `left work behind, which ended the process of a later event: ${crash} 'late') (h.cjs:3)`,
    ],
    [
      'the first event exits during the second event',
      'if (first) setTimeout(() => process.exit(0), 100).unref(); else await new Promise((resolve) => setTimeout(resolve, 300))',
      'left work behind, which ended the process of a later event',
    ],
    [
      'the first event leaves a timer',
      'if (first) setTimeout(() => null.late, 1000); else if (globalThis.seen) throw new Error("seen"); globalThis.seen = true',
      'left work behind (Timeout), which Lambda continues at the next event. Replay starts a new process for each event',
    ],
  ])('has its own result if %s', async (_, body, note) => {
    const { results, notes } = await invoke(`${body}\n  return event`)

    expect({ results, notes }).toEqual({ results: [expect.objectContaining(answered), expect.objectContaining(answered)], notes: [note] })
  })

  it('runs in the same process if the first event leaves nothing behind', async () => {
    const { results, notes } = await invoke(
      'globalThis.count = (globalThis.count ?? 0) + 1\n  return { ...event, count: globalThis.count }',
    )

    expect({ results, notes }).toMatchObject({ results: [{}, { json: expect.stringContaining('"count":2') }], notes: [] })
  })

  it('is not answered by a context.done of the first event', async () => {
    const { results } = await invoke('setTimeout(() => context.done(null, event), 20)')

    expect(results).toMatchObject([
      { kind: 'returned', json: 'null' },
      { kind: 'returned', json: 'null' },
    ])
  })
})

describe('an answer through the context', () => {
  const later = 'setTimeout(() => context.succeed(event), 20)'
  const note = 'answers through context.succeed(). Lambda removed context.succeed() in nodejs24.x'

  it.each(['nodejs22.x', undefined])('is taken, with one note, in the runtime %s', async (runtime) => {
    const { results, notes } = await invoke(later, { runtime }, '')

    expect(results).toMatchObject([{ kind: 'returned', json: expect.stringContaining('"triggerSource"') }, {}])
    expect(notes).toEqual([note])
  })

  it('does not exist in nodejs24.x, also if the handler uses it after its answer', async () => {
    const { results, notes } = await invoke(later, { runtime: 'nodejs24.x' }, '')

    expect(results).toMatchObject([{ json: 'null', unsupported: note }, { unsupported: note }])
    expect(notes).toContain(note)
  })

  it('fails the event in nodejs24.x', async () => {
    const { results } = await invoke('await null; context.done(null, event)', { runtime: 'nodejs24.x' })

    expect(results[0]).toMatchObject({ kind: 'threw', cause: 'TypeError: context.done is not a function (h.cjs:3)', refusal: false })
  })
})

describe('a callback', () => {
  const source = 'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event), 1) }'

  it('answers when the event loop is empty, up to nodejs22.x', async () => {
    const { results } = await invokeAll({ 'h.cjs': source }, [first, second], { runtime: 'nodejs22.x' })

    expect(results).toMatchObject([{ json: expect.stringContaining('first') }, { kind: 'returned' }])
  })

  it('is refused when the handler is loaded, from nodejs24.x on', async () => {
    const { results } = await invokeAll({ 'h.cjs': source }, [first], { runtime: 'nodejs24.x' })

    expect(results).toMatchObject([{ kind: 'notStarted', error: { name: 'Runtime.CallbackHandlerDeprecated' } }])
  })

  it('is missing if a handler returns before it answers, so that nodejs22.x answers null', async () => {
    const { results } = await invoke('return event', { runtime: 'nodejs22.x' }, '')

    expect(results[0]).toMatchObject({ json: 'null', unsupported: expect.stringContaining('returns its answer without a promise') })
  })
})

describe('the module format', () => {
  const module = { type: 'module' }
  const commonJs = {
    'b/app.js': "module.exports = { handler: require('./lib/run.js') }",
    'b/lib/run.js': 'module.exports = async (event) => event',
  }
  const note =
    'is a CommonJS module, but package.json has "type": "module". If Lambda gets this package.json, the handler does not start there'

  it.each<readonly [string, Readonly<Record<string, unknown>>, string | undefined, readonly string[]]>([
    ['without a known package, with a note', { ...commonJs, 'package.json': module }, undefined, [note]],
    ['if the package is below', { ...commonJs, 'package.json': module }, 'b', []],
    ['if the package has its own package.json', { ...commonJs, 'package.json': module, 'b/package.json': {} }, 'b', []],
  ])('of a CommonJS file does not depend on a package.json outside the package: %s', async (_, files, packageRoot, expected) => {
    const { results, notes } = await invokeAll(files, [first], { file: 'b/app.js', packageRoot })

    expect({ results, notes }).toMatchObject({ results: [{ kind: 'returned' }], notes: expected })
  })

  it.each<readonly [string, Readonly<Record<string, unknown>>, string | undefined]>([
    ['in the package', { ...commonJs, 'package.json': module }, '.'],
    ['beside the file', { ...commonJs, 'b/package.json': module }, undefined],
  ])('of a CommonJS file is wrong if Lambda sees "type": "module" %s', async (_, files, packageRoot) => {
    const { results } = await invokeAll(files, [first], { file: 'b/app.js', packageRoot })

    expect(results).toMatchObject([
      { kind: 'notStarted', error: { message: expect.stringContaining('is not defined in ES module scope') } },
    ])
  })

  it('of an ES module is kept', async () => {
    const files = { 'package.json': module, 'b/app.js': 'export const handler = async (event) => event' }
    const { results, notes } = await invokeAll(files, [first], { file: 'b/app.js', packageRoot: 'b' })

    expect({ results, notes }).toMatchObject({ results: [{ kind: 'returned' }], notes: [] })
  })
})

describe('the decision of a Lifeguard handler', () => {
  const imports = (middy: string = ''): string => `
    ${middy}
    import { allow, deny } from '${process.cwd()}/src/index.ts'
    import { preSignUp } from '${process.cwd()}/src/pre-signup/index.ts'
    const lookUp = () => { throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }) }
    const rule = preSignUp.rule('own', ({ event }) => event.request.clientMetadata?.first ? deny('not-you', 'Not you') : lookUp())`
  const decisions = [
    { decision: 'denied', decidedBy: 'own', reason: 'not-you', trace: [{ rule: 'own', path: '0', outcome: 'deny' }] },
    {
      decision: 'failed',
      decidedBy: 'own',
      reason: 'TypeError',
      trace: [{ rule: 'own', outcome: 'error', message: 'fetch failed: ECONNREFUSED: refused', place: 'h.ts:5' }],
    },
  ]

  it.each([
    ['with a silent log', "export const handler = preSignUp({ logLevel: 'silent' }, rule)", ''],
    [
      'with a logger in another format',
      `const print = (text, { decision }) => console.log(text + ' [' + decision + ']')
       export const handler = preSignUp({ logger: { info: print, warn: print, error: print } }, rule)`,
      'PreSignUp denied [denied]',
    ],
    ['inside another function', 'const inner = preSignUp(rule)\nexport const handler = async (...given) => inner(...given)', ''],
  ])('is observed %s', async (_, source, printed) => {
    const { results, output } = await invokeAll({ 'h.ts': `${imports()}\n${source}` }, [first, second], { file: 'h.ts' })

    expect(results.map(({ decision }) => decision)).toMatchObject(decisions)
    expect(output[0] ?? '').toBe(printed)
  })

  it('has an entry for the error of a middleware, with its place', async () => {
    const source = "export const handler = preSignUp({ middleware: [{ before: () => { throw new RangeError('no') } }] }, rule)"
    const { results } = await invokeAll({ 'h.ts': `${imports()}\n${source}` }, [second], { file: 'h.ts' })

    const entry = { rule: 'handler', path: '', outcome: 'error', message: 'no', place: 'h.ts:7' }
    expect(results.map(({ decision }) => decision)).toMatchObject([{ decision: 'failed', decidedBy: 'handler', trace: [entry] }])
  })

  it('is observed in a middleware of a middy handler, and its rules are known', async () => {
    const middy = `import middy from '${process.cwd()}/node_modules/@middy/core/index.js'`
    const source = 'export const handler = middy(async (event) => event).use(preSignUp.middleware({ deadlineMs: 1000 }, rule))'
    const { results, output, rule } = await invokeAll({ 'h.ts': `${imports(middy)}\n${source}` }, [first, second], { file: 'h.ts' })

    expect(results.map(({ decision }) => decision)).toMatchObject(decisions)
    expect(output).toEqual([])
    expect(rule?.children).toMatchObject([{ name: 'own' }])
  })
})
