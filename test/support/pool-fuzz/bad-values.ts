import type { Random } from '../fuzz/fuzz-random.ts'

/** Names that are members of every object, or of its prototype. */
export const PROTOTYPE_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']

/** Texts that break careless code: control characters, half of a surrogate pair, other directions, markup, templates. */
export const HARD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\r\nx-injected: 1',
  '\ud800',
  'e\u0301\u202eabc\u202c',
  '👩‍👩‍👧‍👦',
  'İstanbul',
  'ß'.repeat(300),
  '{####}{username}',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  '../../etc/passwd',
  '%00%2e%2e',
  '-1',
  '1e999',
  'NaN',
  '$&$1',
  '(a+)+$',
]

/** Returns a value of a kind that a field does not expect, as JSON text. JSON can hold a key `__proto__`, which a literal cannot. */
export function pickBadValue(random: Random): string {
  return random.pick<() => string>([
    () => random.pick(['null', 'true', 'false', '0', '-1', '1.5', '1e308', '-0', '9007199254740993', '[]', '{}', '[null]', '[[]]', '[{}]']),
    () => JSON.stringify(random.pick(HARD_TEXTS)),
    () => JSON.stringify(random.pick(PROTOTYPE_NAMES)),
    () => JSON.stringify('x'.repeat(random.pick([129, 2049, 20_000]))),
    () => `{${random.pick(PROTOTYPE_NAMES.map((name) => JSON.stringify(name)))}:${random.pick(['null', '1', '"x"', '{"x":1}', '[]'])}}`,
    () =>
      `[{"Name":${JSON.stringify(random.pick([...PROTOTYPE_NAMES, ...HARD_TEXTS]))},"Value":${random.pick(['null', '1', '"x"', '{}'])}}]`,
    () => `${'['.repeat(150)}${']'.repeat(150)}`,
    () => `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`,
    () => JSON.stringify(Array.from({ length: 500 }, (_, index) => index)),
  ])()
}

/** Changes a text, such as a token, so that it is no longer valid. */
export function damage(text: string, random: Random): string {
  const at = random.below(text.length || 1)
  return random.pick<() => string>([
    () => text.slice(0, at),
    () => `${text.slice(0, at)}${random.pick(HARD_TEXTS)}${text.slice(at + 1)}`,
    () => `${text}${text}`,
    () => text.split('.').toReversed().join('.'),
    () => text.toUpperCase(),
    () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${text.split('.')[1]}.`,
    () =>
      `${text.split('.')[0]}.${Buffer.from('{"token_use":"access","username":"__proto__"}').toString('base64url')}.${text.split('.')[2]}`,
    () => '....',
    () => 'null.null.null',
  ])()
}
