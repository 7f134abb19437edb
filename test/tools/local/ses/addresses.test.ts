import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMailbox } from '../../../../src/tools/local/ses/addresses.ts'
import { SesError } from '../../../../src/tools/local/ses/protocol.ts'

const pieces = fc.array(fc.constantFrom('a', '@', '.', ',', '"', '\\', '(', ')', '<', '>', ' ', '\n', 'é', 'example.com'), {
  maxLength: 30,
})

describe('parseMailbox', () => {
  it('returns an address or throws an SesError, for any string', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(parseMailbox(text)).toMatch(/^.+@[a-z0-9.-]+$/is)
          } catch (error) {
            expect(error).toBeInstanceOf(SesError)
          }
        },
      ),
    )
  })

  it.each(['jane@example.com', '"a, <b>"@example.com', 'jane+label@example.com'])(
    'finds the address %s in a mailbox with a display name, brackets or comments',
    (address) => {
      for (const mailbox of [address, `<${address}>`, ` "Doe, \\"J\\" <x>" <${address}> (a, comment)`])
        expect(parseMailbox(mailbox)).toBe(address)
    },
  )
})
