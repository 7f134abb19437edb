import { describe, expect, it } from 'vitest'
import { type LostLine, lostEffects } from '../../src/cli/lost-effects.ts'
import { linesOf } from '../../src/replay/lines.ts'

const effect = { userPoolId: 'eu-west-1_Example', sub: 'sub-1', effect: 'send-welcome-email', token: 'token-1' }
const line = JSON.stringify({ level: 'ERROR', message: 'effect lost', ...effect })

async function lostIn(text: string): Promise<readonly LostLine[]> {
  const found: LostLine[] = []
  for await (const each of lostEffects(
    linesOf(
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
    ['behind a time stamp and the name of a stream', `2026-01-02T03:04:05.678000+00:00 2026/01/02/[$LATEST]abc ${line}`],
    [
      'in an object printed over several lines',
      `{\n  "events": [\n    {\n      "message": ${JSON.stringify(`${line}\n`)},\n      "timestamp": 1\n    }\n  ]\n}`,
    ],
    ['as a list of texts', `[\n    ${JSON.stringify(line)},\n]`],
  ])('are read %s', async (_, text) => {
    expect(await lostIn(text)).toEqual([{ kind: 'lost', effect }])
  })

  it.each([
    ['other lines', '{"level":"INFO","message":"PostConfirmation proceed"}'],
    ['lines that only have the words in them', '{"level":"INFO","message":"ok","reason":"effect lost"}'],
    ['no lines at all', ''],
  ])('are told from %s', async (_, text) => {
    expect(await lostIn(text)).toEqual([])
  })

  it.each([
    ['without the token of its claim', JSON.stringify({ message: 'effect lost', ...effect, token: undefined })],
    ['cut short', line.slice(0, -20)],
    ['without a sub', JSON.stringify({ message: 'effect lost', ...effect, sub: '' })],
    ['with a pool that is no text', JSON.stringify({ message: 'effect lost', ...effect, userPoolId: 1 })],
    ['of another format', 'ERROR effect lost'],
    ['nulled', JSON.stringify({ message: '"effect lost' })],
  ])('are called unreadable when they are: %s', async (_, text) => {
    expect(await lostIn(`\n${text}`)).toEqual([{ kind: 'unreadable', number: 2 }])
  })
})
