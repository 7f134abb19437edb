import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { buildDomainList } from '../../../src/shared/email/domain-file.ts'
import { skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import {
  date,
  domains,
  httpsUrl,
  line,
  logFields,
  logging,
  mailbox,
  nonEmptyString,
  oneOf,
  openDomains,
  region,
} from '../../../src/shared/settings/fields.ts'
import { type Field, readSettings } from '../../../src/shared/settings/settings.ts'

/** Returns the parsed value, or the `expected` text of the field if the value is invalid. */
function read<V>(field: Field<V>, value: string | undefined): V | string {
  try {
    return (value === undefined ? undefined : field.read(value)) ?? field.expected
  } catch (error) {
    return `${field.expected} (${error instanceof Error ? error.message : error})`
  }
}

describe('the fields of settings', () => {
  it('nonEmptyString accepts any string', () => {
    expect(read(nonEmptyString('the name of a table', 'blocks'), 'blocks')).toBe('blocks')
    expect(read(nonEmptyString('the name of a table', 'blocks'), undefined)).toBe('the name of a table')
  })

  it('oneOf accepts only one of the given words, case-sensitively', () => {
    expect(read(oneOf(['exempt', 'judge']), 'judge')).toBe('judge')
    for (const value of ['Judge', ' judge', '', undefined, 'toString'])
      expect(read(oneOf(['exempt', 'judge']), value)).toBe('one of exempt, judge')
  })

  it('domains accepts domains separated by commas, with whitespace around them', () => {
    const matched = (value: string): readonly string[] => {
      const list = read(domains(), value)
      if (typeof list === 'string' || 'file' in list) throw new Error(`no domains: ${value}`)
      return ['example.com', 'a.example.com', 'example.org', 'a.example.org'].filter(list.has)
    }
    expect(matched('example.com')).toEqual(['example.com'])
    expect(matched(' example.com ,\n*.example.org ')).toEqual(['example.com', 'a.example.org'])
    expect(matched('*')).toHaveLength(4)
  })

  it.each([',', 'example.com,', '@example.com', 'com', 'https://example.com', '*,example.com', 'a b.com', '*example.com'])(
    'domains rejects %j, and the error shows the expected format and the invalid entry',
    (value) => {
      expect(read(domains(), value)).toMatch(
        /^email domains or addresses separated by commas, such as example\.com,\*\.example\.org,ann@example\.net, or \* for all, or @file: and the path of a built list \(The domain pattern '.*/,
      )
    },
  )

  it('date reads a day as midnight UTC, reads a time with its zone, and rejects other formats', () => {
    expect(read(date(), '2026-01-31')).toEqual(new Date('2026-01-31T00:00:00.000Z'))
    expect(read(date(), '2026-01-31T09:30:00.5+02:00')).toEqual(new Date('2026-01-31T07:30:00.500Z'))
    for (const value of ['', '1', 'March', '2026', '2026-02-30T25:00:00Z', '2026-13-01', '2026-01-31T09:30:00', '31.01.2026', undefined])
      expect(read(date(), value)).toMatch(/^a day from 2016 until today such as 2026-01-31, or a time with its zone/)
  })

  it('date rejects a day that is not in the calendar, such as 31 February, with or without a time', () => {
    for (const value of ['2024-02-29', '2025-12-31T23:30:00-05:00', '2026-01-01T00:30:00+14:00', '2026-01-31T24:00Z'])
      expect(read(date(), value)).toEqual(new Date(value))
    for (const value of ['2026-02-31', '2026-02-29', '2026-04-31', '2026-02-31T09:00:00Z', '2026-02-30T23:00:00-05:00', '2026-01-00'])
      expect(read(date(), value)).toMatch(/^a day from 2016 until today such as 2026-01-31, or a time with its zone/)
  })

  it('date rejects a day before 2016, and a time more than a day in the future', () => {
    for (const value of ['2016-01-01', new Date().toISOString(), new Date(Date.now() + 23 * 3_600_000).toISOString()])
      expect(read(date(), value)).toEqual(new Date(value))
    const dayAfterTomorrow = new Date(Date.now() + 25 * 3_600_000).toISOString()
    for (const value of [
      '0000-01-01',
      '0001-01-01',
      '0026-01-31',
      '1970-01-01',
      '2015-12-31',
      '2999-01-01',
      '9999-12-31',
      dayAfterTomorrow,
    ])
      expect(read(date(), value)).toMatch(/^a day from 2016 until today/)
  })

  it('mailbox accepts only a single ASCII address, with or without a display name', () => {
    const field = mailbox('welcome@example.com')
    expect(read(field, 'welcome@example.com')).toEqual({ address: 'welcome@example.com' })
    expect(read(field, 'Us <a@example.com>')).toEqual({ name: 'Us', address: 'a@example.com' })
    for (const value of [
      '',
      'welcome',
      'a@example.com,b@example.com',
      'a@example.com\nBcc: b@example.com',
      'welcome@bücher.example',
      'welcome@例え.jp',
      'bücher@example.com',
      'welcome@example.com\u200b',
      'welcome@еxample.com',
      undefined,
    ])
      expect(read(field, value)).toBe(
        'one email address in ASCII, such as welcome@example.com or Example <welcome@example.com>; an international domain is written as xn--...',
      )
    expect(read(field, 'welcome@xn--bcher-kva.example')).toEqual({ address: 'welcome@xn--bcher-kva.example' })
  })

  it('region accepts the name of an AWS region', () => {
    for (const value of ['eu-west-1', 'us-gov-west-1', 'ap-southeast-12']) expect(read(region(), value)).toBe(value)
    for (const value of ['', 'eu', 'EU-WEST-1', 'eu-west-1a', 'eu-west-1.evil.com', undefined])
      expect(read(region(), value)).toBe('an AWS region such as eu-west-1')
  })

  it('httpsUrl rejects schemes other than https', () => {
    expect(read(httpsUrl('https://example.com'), 'https://example.com/start?a=b')).toBe('https://example.com/start?a=b')
    for (const value of ['', 'example.com', 'http://example.com', 'javascript:alert(1)', 'data:text/html,x', 'https://', undefined])
      expect(read(httpsUrl('https://example.com'), value)).toBe('an https:// URL in ASCII without spaces, backslashes or user name')
  })

  it('httpsUrl requires https:// and a host, and rejects a user name', () => {
    for (const value of ['https://example.com', 'https://example.com:8443?a=b', 'https://example.com#a', 'https://[::1]/a@b'])
      expect(read(httpsUrl('https://example.com'), value)).toBe(value)
    for (const value of [
      ...['https:evil.com', 'https:/evil.com', 'https:\\\\evil.com', 'https:/\\evil.com', 'https:///evil.com', 'https://\\evil.com'],
      ...['https://user:pw@evil.com', 'https://example.com@evil.com', 'https://@evil.com', 'https://:@evil.com', 'https://a%40b@evil.com'],
      ...['https://example.com\\@evil.com', 'https://example.com/a\\b', 'HTTPS:evil.com', 'https://?', 'https://exa[mple.com'],
    ])
      expect(read(httpsUrl('https://example.com'), value), value).toBe('an https:// URL in ASCII without spaces, backslashes or user name')
  })

  it('httpsUrl rejects characters that URL removes or encodes', () => {
    for (const character of ['\n', '\r\n', '\t', ' ', '\0', '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029', '\u202e', '\u200b', 'ü'])
      for (const value of [
        `https://example.com/a${character}b`,
        `https://example.com${character}`,
        `${character}https://example.com`,
        `htt${character}ps://example.com`,
      ])
        expect(read(httpsUrl('https://example.com'), value), JSON.stringify(value)).toBe(
          'an https:// URL in ASCII without spaces, backslashes or user name',
        )
  })

  it('line rejects line breaks and other control characters', () => {
    for (const value of ['Example', 'Bücher & Söhne', '例え', 'A 👩‍👩‍👧 app', '{{name}} <b>\'"'])
      expect(read(line('a name', 'Example'), value)).toBe(value)
    for (const character of ['\n', '\r', '\t', '\0', '\u007f', '\u0085', '\u2028', '\u2029'])
      for (const value of [`a${character}b`, `ü${character}`, character]) expect(read(line('a name', 'Example'), value)).toBe('a name')
  })

  it('logFields accept an optional log level in any case, and an optional key of at least 16 characters', () => {
    const { LOG_LEVEL, LOG_HASH_KEY } = logFields
    expect(readSettings({ fields: logFields }, {})).toEqual({})
    expect(readSettings({ fields: logFields }, { LOG_LEVEL: 'SILENT', LOG_HASH_KEY: 'sixteen letters!' })).toEqual({
      LOG_LEVEL: 'silent',
      LOG_HASH_KEY: 'sixteen letters!',
    })
    for (const level of ['trace', '7', ' info', '\u0130NFO']) expect(read(LOG_LEVEL, level)).toBe('one of debug, info, warn, error, silent')
    for (const key of ['fifteen letters', '\u{1F600}'.repeat(8)])
      expect(read(LOG_HASH_KEY, key)).toBe('a random text of at least 16 characters')
  })

  it('logging converts log settings to the settings of a handler factory', () => {
    expect(logging({})).toEqual({})
    expect(logging({ LOG_LEVEL: undefined, LOG_HASH_KEY: undefined })).toEqual({})
    const settings = logging({ LOG_LEVEL: 'warn', LOG_HASH_KEY: 'sixteen letters!' })
    expect(settings).toEqual({ logLevel: 'warn', logHashKey: 'sixteen letters!' })
    expect(
      preSignUp(
        settings,
        defineRule('any', () => skip()),
      ),
    ).toBeTypeOf('function')
  })
})

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeguard-domains-'))
  const { bytes } = buildDomainList(['example.com', '*.example.org'])
  await writeFile(join(folder, 'staff.domains'), bytes)
  await writeFile(join(folder, 'half.domains'), bytes.subarray(0, bytes.length / 2))
  await writeFile(join(folder, 'staff.txt'), '# Our people\nexample.com\n')
  await writeFile(join(folder, 'empty.domains'), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a setting that lists domains', () => {
  it.each([
    ['@file:staff.domains', 'staff.domains'],
    [' @file:/opt/staff.domains ', '/opt/staff.domains'],
    ['@file:', undefined],
    ['@file:a.domains,b.domains', undefined],
    ['@file:a.domains,example.com', undefined],
    ['example.com,@file:a.domains', undefined],
    ['file:a.domains', undefined],
    ['*', undefined],
  ])('the domains setting %j names the file %j', (value, file) => {
    const readFileSetting = (): unknown => {
      const setting = domains().read(value)
      return setting !== undefined && 'file' in setting ? setting.file : undefined
    }
    // A value that is not a single @file: entry is parsed as domains. All of these except * are invalid domains.
    if (file === undefined && value !== '*') expect(readFileSetting).toThrow(TypeError)
    else expect(readFileSetting()).toBe(file)
  })

  it('openDomains reads the file from an absolute path, or from a path relative to the folder of the bundle', () => {
    for (const file of ['staff.domains', './staff.domains', join(folder, 'staff.domains')]) {
      const list = openDomains({ file }, folder)
      expect(['example.com', 'a.example.org', 'example.org'].map(list.has)).toEqual([true, true, false])
    }
  })

  it.each([
    ['none.domains', 'ENOENT: no such file'],
    ['', 'EISDIR'],
    ['half.domains', 'Line 1 of the domain list is wrong: found no LF at the end, so the list may be cut off'],
    ['staff.txt', 'Line 1 of the domain list is wrong: found a comment'],
    ['empty.domains', 'The domain list is empty. Run lifeguard domains build'],
  ])('openDomains throws if the file is missing or invalid: %j', (file, why) => {
    const open = (): unknown => openDomains({ file }, folder)
    expect(open).toThrow(`@file:${file} cannot be read: ${join(folder, file)}`)
    expect(open).toThrow(why)
    expect(open).toThrow("Put the file into the function's zip, see docs/guides/domain-lists.md")
  })
})
