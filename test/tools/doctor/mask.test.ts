import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker } from '../../../src/tools/doctor/mask.ts'

const KEY = '{"type":"x7","private_key":"-----BEGIN-----\\nMIIEabc1\\nz9Y\\n","pin":"p\\"q"}'

describe('createMasker', () => {
  it.each([
    ['a value without its surrounding whitespace', ' hunter2secret ', 'hunter2secret'],
    ['a value without its trailing line break', 'hunter2\n', 'hunter2'],
    ['the last path segment of a URL', 'https://hooks.x/services/TOKENTOKEN', 'TOKENTOKEN'],
    ['a query parameter of a URL', 'https://x.example/?sig=a1b2', 'a1b2'],
    ['the decoded form of a URL-encoded password', 'postgres://me:p%40s%40w@db', 'p@s@w'],
    ['a password with punctuation in a URL', 'postgres://me:a1-b2-c3@db', 'a1-b2-c3'],
    ['a field of JSON', '{"user":"mary","password":"s3c"}', 's3c'],
    ['a line of a string in JSON', KEY, 'MIIEabc1'],
    ['a short line of a string in JSON', KEY, 'z9Y'],
    ['a short word after an escape sequence', KEY, '\\nz9Y%20z9Y\\u000az9Y'],
    ['a value of three characters', 'k3y', 'k3y'],
    ['a value in lower case', 'Hunter2', 'hunter2'],
    ['a value in upper case', 'Hunter2', 'HUNTER2'],
    ['a short value in upper case', 'abc', 'ABC'],
    ['a value with non-ASCII letters in upper case', 'jürgen', 'JÜRGEN'],
    ['an entry of a list', 'alpha,beta', 'beta'],
    ['the part after a colon', 'mary:beta', 'beta'],
    ['a list of short parts', 'a,b', 'a,b'],
    ['short parts with a colon', 'a:b', 'a:b'],
    ['a value with special characters', '.*$&(', '.*$&('],
    ['the JSON-escaped form of a value', 'quo"te\n', 'quo\\"te\\n'],
    ['the URL-encoded form of a value', 'a b&c', 'a%20b%26c'],
    ['a long value inside a word', 'hunter2', 'xhunter2y'],
    ['a value that equals a variable name in another case', 'table', 'table'],
  ])('masks %s', (_, value, printed) => {
    const masked = createMasker([value], ['DB_PASS', 'TABLE'])(`DB_PASS is "${printed}"; x`)
    expect(masked).toMatch(/^DB_PASS is "[^"]*\.\.\.[^"]*"; x$/)
    expect(masked.slice(12, -4).replaceAll(/\\[nr]|\\u000a|%20/g, '')).not.toMatch(/[^.xy@\W]/)
  })

  it('does not mask the names of variables, even if a value equals a name or a part of a name', () => {
    const mask = createMasker(['PAGE', 'url', 'block', 'https://x.example/?TOKEN=abc'], ['PAGE', 'PAGE_URL', 'BLOCK_TABLE', 'TOKEN'])
    expect(mask('PAGE, PAGE_URL, BLOCK_TABLE and TOKEN')).toBe('PAGE, PAGE_URL, BLOCK_TABLE and TOKEN')
    expect(mask('TOKEN is abc at https://x.example/?TOKEN=abc')).toBe('TOKEN is ... at ...')
  })

  it('does not mask a short value inside a longer word, and masks nothing if all values are empty', () => {
    expect(createMasker(['com', 'on'], [])('on complaint of example.com')).toBe('on complaint of example....')
    expect(createMasker(['', ' ', '-'], [''])('- a text')).toBe('- a text')
  })

  it('masks the whole message if the template sets far more values than Lambda accepts', () => {
    const values = Array.from({ length: 30_000 }, (_, at) => `value${at}`)
    expect(createMasker([values.join(' ')], ['A'])('value7')).toBe('...')
  })

  it('masks any value of three characters or more', () => {
    const value = fc.string({ unit: 'binary', minLength: 3, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const mask = createMasker(values, ['DB_PASS'])
        for (const each of values.filter((one) => one.trim().length >= 3 && !'...'.includes(one.trim()))) {
          expect(mask(` ${each} `)).not.toContain(each.trim())
          expect(mask(` ${each.trim()} `)).toMatch(/^ .*\.\.\..* $/s)
        }
      }),
    )
  })
})
