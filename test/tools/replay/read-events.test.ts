import { join, relative } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { splitLines } from '../../../src/shared/lines.ts'
import { type ReadEvent, readEvents } from '../../../src/tools/replay/read-events.ts'
import { createFolder, event } from '../../support/cli/lifeguard.ts'

async function* chunks(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}

async function collectAll<V>(source: AsyncIterable<V>): Promise<readonly V[]> {
  const all: V[] = []
  for await (const each of source) all.push(each)
  return all
}

async function read(paths: readonly string[], ...stdin: readonly string[]): Promise<readonly ReadEvent[]> {
  return collectAll(readEvents(paths, () => chunks(...stdin)))
}

describe('splitLines', () => {
  it('numbers all lines from 1, skips blank lines, and joins a line that is split between two chunks', async () => {
    const text = '\uFEFFone\r\n\r\n  \nfour\nfive'
    for (let at = 0; at <= text.length; at += 1) {
      expect(await collectAll(splitLines(chunks(text.slice(0, at), text.slice(at))))).toEqual([
        { number: 1, text: 'one' },
        { number: 4, text: 'four' },
        { number: 5, text: 'five' },
      ])
    }
  })

  it('yields nothing for an empty stream', async () => {
    expect(await collectAll(splitLines(chunks()))).toEqual([])
  })
})

describe('readEvents', () => {
  it('sorts event files by trigger, in the order in which Cognito calls them, then by name, and skips other files', async () => {
    const folder = await createFolder({
      'seed.json': {},
      'notes.txt': '',
      'pre-auth/b.json': {},
      'pre-auth/a.json': {},
      'pre-auth/a.expect.json': {},
      'pre-signup/deep/a.ndjson': '{}\n{}\n',
      'pre-signup/a.json': {},
      'custom-challenge/a.json': {},
      'a.json': {},
      '.hidden/a.json': {},
      'node_modules/a.json': {},
    })
    const files = (await read([folder])).map(({ file, line }) => [relative(folder, file), line])
    expect(files).toEqual([
      ['pre-signup/a.json', null],
      ['pre-signup/deep/a.ndjson', 1],
      ['pre-signup/deep/a.ndjson', 2],
      ['pre-auth/a.json', null],
      ['pre-auth/b.json', null],
      ['custom-challenge/a.json', null],
      ['a.json', null],
    ])
  })

  it('reads a named file with any extension', async () => {
    const folder = await createFolder({ 'event.txt': '{"a":1}' })
    expect(await read([join(folder, 'event.txt')])).toMatchObject([{ line: 1, event: { a: 1 } }])
  })

  it('strips a byte order mark', async () => {
    const folder = await createFolder({ 'a.json': '\uFEFF{"a":1}', 'b.ndjson': '\uFEFF{"b":2}' })
    expect((await read([folder])).map(({ event }) => event)).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('yields an unreadable event with the reason, and continues', async () => {
    const folder = await createFolder({ 'a.json': '{"a":', 'b.ndjson': '{"b":1}\n\n{x\n{"b":2}', 'c.json': ' ' })
    expect(await read([folder, '-'], '{"d":1}\nnonsense\n')).toMatchObject([
      { unreadable: 'not JSON: Unexpected end of JSON input' },
      { line: 1, event: { b: 1 } },
      { line: 3, unreadable: expect.stringContaining('not JSON: ') },
      { line: 4, event: { b: 2 } },
      { unreadable: 'empty' },
      { file: '-', line: 1, event: { d: 1 } },
      { file: '-', line: 2, unreadable: expect.stringContaining('not JSON: ') },
    ])
  })

  it('reads pretty-printed JSON on standard input as one event', async () => {
    expect(await read(['-'], '{\n  "a": 1\n', '}\n')).toEqual([{ file: '-', line: 1, event: { a: 1 } }])
  })

  it('reads a JSON array, a log and an object that console.log printed from files', async () => {
    const [one, two] = [event(), event('PreAuthentication_Authentication')]
    const folder = await createFolder({
      'array.json': [one, two],
      'answer.json': JSON.stringify({ events: [{ message: 'START' }, { message: JSON.stringify(one) }] }, null, 2),
      'printed.json': inspect(one),
      'lines.json': `${JSON.stringify(one)}\n${JSON.stringify(two)}\n`,
      'log.txt': `START RequestId: 1 Version: 2\n2026-01-01T00:00:00.000Z\t1\tINFO\t${inspect(one)}\n`,
    })
    const named = (name: string): Promise<readonly ReadEvent[]> => read([join(folder, name)])
    expect(await named('array.json')).toMatchObject([
      { line: null, item: 1, event: one },
      { line: null, item: 2, event: two },
    ])
    expect(await named('answer.json')).toMatchObject([{ line: null, item: 2, event: one }])
    expect(await named('printed.json')).toEqual([{ file: join(folder, 'printed.json'), line: null, event: one }])
    expect(await named('lines.json')).toMatchObject([
      { line: 1, event: one },
      { line: 2, event: two },
    ])
    expect(await named('log.txt')).toMatchObject([{ line: 2, event: one }])
  })

  it('reports a log without an event', async () => {
    const folder = await createFolder({ 'a.log': 'START RequestId: 1\nEND RequestId: 1\n', 'b.json': { message: 'hello' } })
    const unreadable = 'the log contains no event of a user pool trigger'
    expect(await read([join(folder, 'a.log'), join(folder, 'b.json')])).toMatchObject([{ unreadable }, { unreadable }])
  })
})
