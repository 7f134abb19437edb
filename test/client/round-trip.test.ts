import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAuthError } from '../../src/client/read-auth-error.ts'
import { formatRefusal, MASKED_MESSAGE, TriggerDeniedError } from '../../src/shared/lambda/errors.ts'
import { deny } from '../../src/shared/rules/outcome.ts'

const RUNS = { numRuns: 1000 }
// The parts of a text that could confuse a reader: brackets, separators of a query, escapes, full stops and spaces.
const TRICKY = [
  '[',
  ']',
  ' [a: b]',
  ' [code]',
  '.',
  '..',
  ' ',
  '\n',
  '+',
  '%',
  '%5B',
  '&',
  '?',
  '#',
  '=',
  'error_description=',
  ': ',
  'é',
  '😀',
]
const tricky = fc.array(fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 8 })
const message = fc
  .oneof(
    tricky.map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }),
  )
  .filter((text) => text.isWellFormed() && text.replace(/[.\s]+$/, '') !== '' && text !== MASKED_MESSAGE)
const part = fc.stringMatching(/^[A-Za-z][A-Za-z\d]{0,5}$/)
const code = fc.tuple(part, fc.array(fc.tuple(fc.constantFrom('-', '_', '.'), part), { maxLength: 3 })).map(([first, more]) => {
  return `${first}${more.map((each) => each.join('')).join('')}`
})
const field = fc.tuple(fc.constantFrom('', 'custom:'), code).map((parts) => parts.join(''))
const refusal = fc.record({ message, code, field: fc.option(field, { nil: undefined }) })
const trigger = fc.constantFrom('PreSignUp', 'PreAuthentication', 'PreTokenGeneration', 'CustomMessage', 'InboundFederation')

/** Lists the forms in which the text of a function reaches an application. */
function wrap(name: string, text: string): readonly unknown[] {
  const said = `${name} failed with error ${text}.`
  const query = new URLSearchParams({ error_description: `${said} `, state: 'a&b', error: 'invalid_request' })
  return [
    said,
    Object.assign(new Error(said), { name: 'UserLambdaValidationException' }),
    { code: 'UserLambdaValidationException', message: said },
    `https://app.example/callback?${query}`,
    `https://app.example/callback?keep=1#${query}`,
    `?error=invalid_request&error_description=${encodeURIComponent(said)}`,
    new URL(`https://app.example/?${query}`),
  ]
}

it('reads the message, the code and the field of any refusal, in every form in which it arrives', () => {
  fc.assert(
    fc.property(refusal, trigger, (given, name) => {
      const denial = deny(
        'some-reason',
        given.message,
        given.field === undefined ? { code: given.code } : { code: given.code, field: given.field },
      )
      const text = new TriggerDeniedError(denial.message, denial).message
      for (const form of wrap(name, text)) {
        const expected = { kind: 'refused', trigger: name, code: given.code, field: given.field, message: denial.message, retry: false }
        expect(readAuthError(form)).toEqual(expected)
      }
    }),
    RUNS,
  )
})

it('reads the message of any refusal without a code, unless it ends like a code', () => {
  fc.assert(
    fc.property(message, trigger, (given, name) => {
      const denial = deny('some-reason', given)
      fc.pre(!/ \[[\w.:-]+(?:: [\w.:-]+)?\]$/.test(denial.message))
      for (const form of wrap(name, formatRefusal(denial.message)))
        expect(readAuthError(form)).toMatchObject({
          kind: 'refused',
          trigger: name,
          code: undefined,
          field: undefined,
          message: denial.message,
        })
    }),
    RUNS,
  )
})

it('leaves the full stop of a text that ended with one before Cognito added another', () => {
  fc.assert(
    fc.property(message, (given) => {
      fc.pre(!given.endsWith(']'))
      const text = `${given}.`
      for (const form of wrap('PreSignUp', text)) expect(readAuthError(form).message).toBe(text)
    }),
    RUNS,
  )
})

it('never throws, whatever it gets', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.string(), fc.record({ name: fc.anything(), message: fc.anything(), code: fc.anything() })),
      (value) => {
        expect(typeof readAuthError(value).kind).toBe('string')
      },
    ),
    RUNS,
  )
})
