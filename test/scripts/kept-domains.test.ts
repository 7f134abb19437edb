import { describe, expect, it } from 'vitest'
import { formatKeptDomains, parseKeptDomains } from '../../scripts/kept-domains.ts'

describe('formatKeptDomains', () => {
  it('groups domains by top-level domain, each once', () => {
    expect(formatKeptDomains(['b.com', 'a.com', 'c.net', 'b.com'])).toBe(';com a b ;net c ;')
  })

  it('keeps the labels between the name and the top-level domain', () => {
    expect(parseKeptDomains(formatKeptDomains(['mail.example.co.uk', 'example.co.uk']))).toEqual(['example.co.uk', 'mail.example.co.uk'])
  })
})
