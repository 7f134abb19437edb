import { describe, expect, it } from 'vitest'
import { formatBuiltInDomains, parseBuiltInDomains } from '../../scripts/built-in-domains.ts'

describe('formatBuiltInDomains', () => {
  it('groups domains by top-level domain, each once', () => {
    expect(formatBuiltInDomains(['b.com', 'a.com', 'c.net', 'b.com'])).toBe(';com a b ;net c ;')
  })

  it('keeps the labels between the name and the top-level domain', () => {
    expect(parseBuiltInDomains(formatBuiltInDomains(['mail.example.co.uk', 'example.co.uk']))).toEqual([
      'example.co.uk',
      'mail.example.co.uk',
    ])
  })
})
