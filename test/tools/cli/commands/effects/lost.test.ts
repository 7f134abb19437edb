import { describe, expect, it } from 'vitest'
import { splitLines } from '../../../../../src/shared/lines.ts'
import { type LostLine, readLostEffects } from '../../../../../src/tools/cli/commands/effects/lost.ts'

const effect = { userPoolId: 'eu-west-1_Example', sub: 'sub-1', effect: 'send-welcome-email', token: 'token-1' }
const line = JSON.stringify({ level: 'ERROR', message: 'effect lost', ...effect })

async function readLost(text: string): Promise<readonly LostLine[]> {
  const found: LostLine[] = []
  for await (const each of readLostEffects(
    splitLines(
      (async function* () {
        yield text
      })(),
    ),
  ))
    found.push(each)
  return found
}

describe('log lines of lost effects', () => {
  it.each([
    ['as the function writes them', line],
    ['as an export wraps them', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: `${line}\n` })],
    ['as an export to S3 begins them', `2026-01-02T03:04:05.678Z ${line}`],
    ['as a tail prints them in short', `2026-01-02T03:04:05 ${line}`],
    ['behind a time stamp and the name of a stream', `2026-01-02T03:04:05.678000+00:00 2026/01/02/[$LATEST]abc ${line}`],
    [
      'in an object printed over several lines',
      `{\n  "events": [\n    {\n      "message": ${JSON.stringify(`${line}\n`)},\n      "timestamp": 1\n    }\n  ]\n}`,
    ],
    ['as a list of texts', JSON.stringify(['other', `${line}\n`], null, 4)],
    [
      'in the output of two calls',
      `${JSON.stringify([line], null, 4)}\n${JSON.stringify({ events: [], searchedLogStreams: [] }, null, 4)}`,
    ],
    ['in a log that begins with something printed over several lines', `{\n  "a": 1\n}\n${line}`],
    ['in a log that begins with a lone bracket', `[\n${line}\nmore`],
  ])('are read %s', async (_, text) => {
    expect(await readLost(text)).toEqual([{ kind: 'lost', effect }])
  })

  it.each([
    ['other lines', '{"level":"INFO","message":"PostConfirmation proceed"}'],
    ['lines that only have the words in them', '{"level":"INFO","message":"ok","reason":"effect lost"}'],
    ['no lines at all', ''],
    ['a log line with a text of the same kind in it', JSON.stringify({ level: 'INFO', message: line })],
    [
      'a log line in the JSON format of Lambda',
      JSON.stringify({ timestamp: '2026-01-02T03:04:05.678Z', level: 'INFO', requestId: 'a', message: line }),
    ],
    ['a log line with a time and a text', JSON.stringify({ timestamp: 1, message: line })],
    [
      'an event of CloudWatch about such a log line',
      JSON.stringify({ timestamp: 1, ingestionTime: 2, message: JSON.stringify({ message: line }) }),
    ],
    ['an object inside another', JSON.stringify({ message: 'x', effect: JSON.parse(line) })],
    [
      'an object that a log prints over several lines',
      `START\n${JSON.stringify(JSON.parse(line), null, 2).replace('effect lost', 'effect  lost')}`,
    ],
  ])('are told from %s', async (_, text) => {
    expect(await readLost(text)).toEqual([])
  })

  it.each([
    ['a text', JSON.stringify(line)],
    ['a list with a text', JSON.stringify([line])],
    ['a list with an event', JSON.stringify([{ message: line, timestamp: 1 }])],
  ])('are not read from a line behind a document: %s', async (_, text) => {
    for (const document of ['{\n  "a": 1\n}', '[\n  1\n]'])
      expect(await readLost(`${document}\n${text}`)).toEqual([{ kind: 'unreadable', number: 4 }])
  })

  it('are not read from texts among the events of a document', async () => {
    expect(await readLost(JSON.stringify({ events: [line, [line]] }, null, 2))).toEqual([])
  })

  it.each([
    ['without the token of its claim', JSON.stringify({ message: 'effect lost', ...effect, token: undefined })],
    ['cut short', line.slice(0, -20)],
    ['without a sub', JSON.stringify({ message: 'effect lost', ...effect, sub: '' })],
    ['with a pool that is no text', JSON.stringify({ message: 'effect lost', ...effect, userPoolId: 1 })],
    ['of another format', 'ERROR effect lost'],
    ['cut short in an export', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: line.slice(0, -20) })],
    ['behind a text of a user', `name: ${line}`],
    ['in front of a text of a user', `${line} is my name`],
    ['behind a time and a text', `2026-01-02T03:04:05.678Z\t4f6e0000-0000-0000-0000-000000000000\tINFO\t${line}`],
    ['behind a time and another object', `2026-01-02T03:04:05.678Z {} ${line}`],
    ['behind a line break in an export', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: `Hello\n${line}` })],
    ['as a text of a log', JSON.stringify(line)],
    ['as a field of an object that a log prints over several lines', `"message": ${JSON.stringify(line)},`],
    ['in a list', `[${line}]`],
  ])('are called unreadable when they are: %s', async (_, text) => {
    expect(await readLost(`\n${text}`)).toEqual([{ kind: 'unreadable', number: 2 }])
  })
})
