import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { zipBytes } from '../../bench/zip.ts'

const handler = (bytes: Uint8Array) => ({ name: 'dist/pre-signup/handler.js', bytes })

describe('the length of a zip', () => {
  it('is that of its end record when there is nothing in it', () => {
    expect(zipBytes([])).toBe(22)
  })

  it('counts what stands around each file, its name twice', () => {
    const longer = zipBytes([{ name: 'dist/pre-signup/handler-2.js', bytes: Buffer.of() }])
    expect(longer - zipBytes([handler(Buffer.of())])).toBe(4)
    expect(zipBytes([handler(Buffer.of()), handler(Buffer.of())]) - 22).toBe(2 * (zipBytes([handler(Buffer.of())]) - 22))
  })

  it('is short for what repeats itself and long for what does not', () => {
    expect(zipBytes([handler(Buffer.alloc(100_000, 'export '))])).toBeLessThan(1000)
    expect(zipBytes([handler(randomBytes(100_000))])).toBeGreaterThan(100_000)
  })
})
