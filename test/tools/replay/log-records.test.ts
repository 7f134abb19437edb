import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Line } from '../../../src/shared/lines.ts'
import { splitLines } from '../../../src/shared/lines.ts'
import { readRecords } from '../../../src/tools/replay/log-records.ts'
import { event } from '../../support/cli/lifeguard.ts'

const SIGN_UP = event()
const CONFIRM = event('PostConfirmation_ConfirmSignUp')
const json = JSON.stringify(SIGN_UP)
const ID = '7b1a3c5e-0000-4000-8000-000000000000'
const PREFIX = `2026-01-01T00:00:00.000Z\t${ID}\tINFO\t`
const TAIL = '2026-01-01T00:00:00.123000+00:00 2026/01/01/[$LATEST]0123abcd '
// Lines that handlers and the runtime write around an event.
const NOISE = [
  `START RequestId: ${ID} Version: $LATEST`,
  `REPORT RequestId: ${ID}\tDuration: 5.00 ms`,
  `${PREFIX}loaded { rules: [Array] }`,
  '{"time":"2026-01-01T00:00:00.000Z","type":"platform.start","record":{"requestId":"1"}}',
  '{"level":"INFO","timestamp":"2026-01-01T00:00:00.000Z","message":"PreSignUp denied","triggerSource":"PreSignUp_SignUp","decision":"denied","trace":[]}',
]

/** Reads a text. Returns the number of the first line, the item and the event, or the reason why it is unreadable. */
async function read(text: string): Promise<readonly unknown[]> {
  const lines: AsyncIterable<Line> = splitLines(
    (async function* () {
      yield text
    })(),
  )
  const all: unknown[] = []
  for await (const { line, found } of readRecords(lines))
    for (const { item, event: one, unreadable } of found) all.push([line, ...(item === undefined ? [] : [item]), unreadable ?? one])
  return all
}

describe('readRecords', () => {
  it.each([
    ['the text format of Lambda', `${PREFIX}${json}`],
    ['aws logs tail', `${TAIL}${PREFIX}${json}`],
    ['aws logs tail --format short', `2026-01-01T00:00:00 ${json}`],
    ['a text before the event', `${PREFIX}event ${json}`],
    ['a text around the event', `${PREFIX}event ${json} was received`],
    ['the JSON format of Lambda, with an object', JSON.stringify({ timestamp: '2026', level: 'INFO', requestId: ID, message: SIGN_UP })],
    ['the JSON format of Lambda, with a text', JSON.stringify({ timestamp: '2026', level: 'INFO', message: `event ${inspect(SIGN_UP)}` })],
    ['JSON.stringify in the JSON format of Lambda', JSON.stringify({ timestamp: '2026', level: 'INFO', message: json })],
    ['a line of CloudWatch Logs Insights', JSON.stringify({ '@timestamp': '2026', '@message': `${PREFIX}${json}` })],
    ['console.log in Lambda, which replaces line breaks', `${PREFIX}${inspect(SIGN_UP).replaceAll('\n', '\r')}`],
  ])('reads an event from %s, and leaves out other lines of the log', async (_, line) => {
    expect(await read([...NOISE, line, ...NOISE].join('\n'))).toEqual([[NOISE.length + 1, SIGN_UP]])
  })

  it('reads the answers of the AWS CLI', async () => {
    const answer = {
      events: [NOISE[0], `${PREFIX}${json}`, JSON.stringify({ level: 'INFO', message: CONFIRM })].map((message) => ({
        timestamp: 1,
        message,
      })),
      searchedLogStreams: [],
    }
    const found = [
      [1, 2, SIGN_UP],
      [1, 3, CONFIRM],
    ]
    expect(await read(JSON.stringify(answer))).toEqual(found)
    expect(await read(JSON.stringify(answer, null, 2))).toEqual(found)
    expect(await read(JSON.stringify(answer.events.map(({ message }) => message)))).toEqual(found)
  })

  it('reads a JSON array of events', async () => {
    const found = [
      [1, 1, SIGN_UP],
      [1, 2, { a: 1 }],
      [1, 3, CONFIRM],
    ]
    expect(await read(JSON.stringify([SIGN_UP, { a: 1 }, CONFIRM]))).toEqual(found)
    expect(await read(JSON.stringify([SIGN_UP, { a: 1 }, CONFIRM], null, 2))).toEqual(found)
  })

  it('reads several objects as console.log prints them, over many lines', async () => {
    const text = `it's the first event: ${inspect(SIGN_UP)}\n${inspect(CONFIRM)}\n${PREFIX}${inspect(CONFIRM)}\n${PREFIX}done`
    expect((await read(text)).map((each) => (Array.isArray(each) ? each[1] : each))).toEqual([SIGN_UP, CONFIRM, CONFIRM])
  })

  it('names the remedy for an event that console.log cut off', async () => {
    const deep = { ...SIGN_UP, request: { userAttributes: {}, groupConfiguration: { groupsToOverride: ['a'] } } }
    expect(await read(`${PREFIX}${inspect(deep)}`)).toEqual([
      [1, "the event was cut off at '[Array]'. Log the event with console.log(JSON.stringify(event))"],
    ])
  })

  it('reports an event that a log line does not hold completely, and reads the next one', async () => {
    const [first = ''] = inspect(SIGN_UP).split(',\n  region')
    expect(await read(`${PREFIX}${first}\n${PREFIX}${json}`)).toEqual([
      [1, expect.stringMatching(/^the event is incomplete: expected .*Log the event with console\.log\(JSON\.stringify\(event\)\)$/)],
      [first.split('\n').length + 1, SIGN_UP],
    ])
  })

  it('reports a line that is neither an event nor a log line', async () => {
    expect(await read(`nonsense\n{x\n{"a":1,}\n${json}`)).toEqual([
      [1, expect.stringMatching(/^not JSON: /)],
      [2, expect.stringMatching(/^not JSON: /)],
      [3, expect.stringMatching(/^not JSON: .*position 7/)],
      [4, SIGN_UP],
    ])
  })

  it('reads long lines of quotes and brackets without backtracking', async () => {
    const hostile = [
      `${"\\'".repeat(200_000)}{`,
      `${PREFIX}triggerSource ${'['.repeat(200_000)}`,
      `${PREFIX}triggerSource ${'{a:'.repeat(200_000)}`,
    ]
    for (const line of hostile) expect(await read(line)).toHaveLength(line.includes('{') ? 1 : 0)
  }, 5000)
})
