import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { zipBytes } from '../../bench/zip.ts'

const handler = (bytes: Uint8Array) => ({ name: 'dist/pre-signup/handler.js', bytes })

describe('zipBytes', () => {
  it('returns the size of the end record for an empty zip', () => {
    expect(zipBytes([])).toBe(22)
  })

  it('counts the headers of each file, and its name twice, because a zip contains each name twice', () => {
    const longer = zipBytes([{ name: 'dist/pre-signup/handler-2.js', bytes: Buffer.of() }])
    expect(longer - zipBytes([handler(Buffer.of())])).toBe(4)
    expect(zipBytes([handler(Buffer.of()), handler(Buffer.of())]) - 22).toBe(2 * (zipBytes([handler(Buffer.of())]) - 22))
  })

  it('returns a small zip size for repetitive data, and a large one for random data', () => {
    expect(zipBytes([handler(Buffer.alloc(100_000, 'export '))])).toBeLessThan(1000)
    expect(zipBytes([handler(randomBytes(100_000))])).toBeGreaterThan(100_000)
  })
})
