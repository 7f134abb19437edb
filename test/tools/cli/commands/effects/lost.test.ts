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

describe('readLostEffects', () => {
  it.each([
    ['a line as the handler writes it', line],
    ['a log event of CloudWatch', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: `${line}\n` })],
    ['a line of an export to S3', `2026-01-02T03:04:05.678Z ${line}`],
    ['a line of aws logs tail --format short', `2026-01-02T03:04:05 ${line}`],
    ['a line of aws logs tail, with the name of the log stream', `2026-01-02T03:04:05.678000+00:00 2026/01/02/[$LATEST]abc ${line}`],
    [
      'an object with log events, printed over several lines',
      `{\n  "events": [\n    {\n      "message": ${JSON.stringify(`${line}\n`)},\n      "timestamp": 1\n    }\n  ]\n}`,
    ],
    ['a list of strings', JSON.stringify(['other', `${line}\n`], null, 4)],
    [
      'the output of two AWS CLI calls',
      `${JSON.stringify([line], null, 4)}\n${JSON.stringify({ events: [], searchedLogStreams: [] }, null, 4)}`,
    ],
    ['a line after other text that begins like JSON output', `{\n  "a": 1\n}\n${line}`],
    ['a line after a lone bracket', `[\n${line}\nmore`],
  ])('reads %s', async (_, text) => {
    expect(await readLost(text)).toEqual([{ kind: 'lost', effect }])
  })

  it.each([
    ['another log line', '{"level":"INFO","message":"PostConfirmation proceed"}'],
    ['a log line with "effect lost" in another field', '{"level":"INFO","message":"ok","reason":"effect lost"}'],
    ['empty input', ''],
    ['a log line whose message contains the line of a lost effect', JSON.stringify({ level: 'INFO', message: line })],
    [
      'a log line in the JSON format of Lambda',
      JSON.stringify({ timestamp: '2026-01-02T03:04:05.678Z', level: 'INFO', requestId: 'a', message: line }),
    ],
    ['a log line with a timestamp, whose message contains the line of a lost effect', JSON.stringify({ timestamp: 1, message: line })],
    [
      'a log event of CloudWatch with a log line whose message contains the line of a lost effect',
      JSON.stringify({ timestamp: 1, ingestionTime: 2, message: JSON.stringify({ message: line }) }),
    ],
    ['the object of a lost effect inside another object', JSON.stringify({ message: 'x', effect: JSON.parse(line) })],
    [
      'a log with an object over several lines, after another line',
      `START\n${JSON.stringify(JSON.parse(line), null, 2).replace('effect lost', 'effect  lost')}`,
    ],
  ])('ignores %s', async (_, text) => {
    expect(await readLost(text)).toEqual([])
  })

  it.each([
    ['a string', JSON.stringify(line)],
    ['a list with a string', JSON.stringify([line])],
    ['a list with a log event', JSON.stringify([{ message: line, timestamp: 1 }])],
  ])('reports a log line as unreadable if a JSON document precedes the line: %s', async (_, text) => {
    for (const document of ['{\n  "a": 1\n}', '[\n  1\n]'])
      expect(await readLost(`${document}\n${text}`)).toEqual([{ kind: 'unreadable', number: 4 }])
  })

  it('ignores strings in the event list of a JSON document', async () => {
    expect(await readLost(JSON.stringify({ events: [line, [line]] }, null, 2))).toEqual([])
  })

  it.each([
    ['an object without the token of its claim', JSON.stringify({ message: 'effect lost', ...effect, token: undefined })],
    ['a truncated line', line.slice(0, -20)],
    ['an object without a sub', JSON.stringify({ message: 'effect lost', ...effect, sub: '' })],
    ['an object whose pool is not a string', JSON.stringify({ message: 'effect lost', ...effect, userPoolId: 1 })],
    ['a line in another format', 'ERROR effect lost'],
    ['a log event with a truncated line', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: line.slice(0, -20) })],
    ['a line after text of a user', `name: ${line}`],
    ['a line before text of a user', `${line} is my name`],
    ['a line in the text format of Lambda', `2026-01-02T03:04:05.678Z\t4f6e0000-0000-0000-0000-000000000000\tINFO\t${line}`],
    ['a line after a time and another object', `2026-01-02T03:04:05.678Z {} ${line}`],
    ['a log event with a line after a line break', JSON.stringify({ timestamp: 1, ingestionTime: 2, message: `Hello\n${line}` })],
    ['a JSON string', JSON.stringify(line)],
    ['a field of an object over several lines', `"message": ${JSON.stringify(line)},`],
    ['a list in one line', `[${line}]`],
  ])('reports an unreadable line: %s', async (_, text) => {
    expect(await readLost(`\n${text}`)).toEqual([{ kind: 'unreadable', number: 2 }])
  })
})
