import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettingsFile, SETTINGS_FILE } from '../../../src/tools/replay/settings-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeguard-settings-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string) {
  await writeFile(join(folder, SETTINGS_FILE), text)
  return readSettingsFile(folder)
}

describe('readSettingsFile', () => {
  it.each([
    ['# A comment\n\n  # another\nA=b\r\nexport B = c d\n', { A: 'b', B: 'c d' }],
    ['A="Ac#me" # a comment\nB=\'#1\'\nC=`it\'s "it"`', { A: 'Ac#me', B: '#1', C: `it's "it"` }],
    ["A=Acme #1, which is a comment\nB=\nC= # none\nD=it's", { A: 'Acme', B: '', C: '', D: "it's" }],
    [
      'A=https://app.example.com/?a=b\nB=*.example.org,example.com\nC=@file:staff.domains',
      expect.objectContaining({ A: expect.any(String) }),
    ],
  ])('parses %j', async (text, settings) => {
    expect(await read(text)).toEqual(settings)
  })

  it.each([
    ['ALLOWED_EMAIL_DOMAINS: acme.com', 1],
    ['A=b\nWELCOME_APP_NAME=Ac#me', 2],
    ['A=b\n# A comment\nA', 3],
    ['=b', 1],
    ['A="Acme', 1],
    ['A="Ac"me', 1],
    ['A="one\ntwo"', 1],
    ["A='Acme' Inc", 1],
  ])('rejects a line that parseEnv would truncate or drop, with a message that does not quote the line: %j', async (text, line) => {
    await expect(read(text)).rejects.toThrow(/^lifeguard\.env, line \d+: expected NAME=value\. Put quotes around a value that contains #$/)
    await expect(read(text)).rejects.toThrow(`line ${line}:`)
  })

  it('returns every quoted value unchanged if comments and blank lines surround the settings', async () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/["\r\n\\]/.test(text))
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (values) => {
        const lines = values.map((each, at) => `NAME_${at}="${each}"`)
        expect(await read(`${lines.join('\n# "a comment\n\n')}\n`)).toEqual(
          Object.fromEntries(values.map((each, at) => [`NAME_${at}`, each])),
        )
      }),
    )
  })

  it('returns every setting of a file of random lines, or rejects the file', async () => {
    const piece = fc.constantFrom('A', 'B_1', '=', '#', '"', "'", '`', ' ', '\t', 'x', ':', '\\n', '\u00a0')
    const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
        const setting = lines.filter((each) => !/^\s*(?:#|$)/.test(each)).map((each) => each.trim().split(/\s*=/)[0])
        const names = await read(lines.join('\n')).then(Object.keys, () => undefined)
        if (names !== undefined) expect(names.toSorted()).toEqual([...new Set(setting)].toSorted())
      }),
      { numRuns: 500 },
    )
  })
})
