import { describe, expect, it } from 'vitest'
import { findClosestName } from '../../../src/tools/lib/closest-name.ts'

const NAMES = ['replay', 'explain', 'effects', 'domains', 'precompile', 'attach', 'doctor', 'init']

describe('findClosestName', () => {
  it.each([
    ['two swapped letters', 'repaly', 'replay'],
    ['a missing letter', 'attch', 'attach'],
    ['an extra letter', 'initt', 'init'],
    ['a missing letter of a short word', 'ini', 'init'],
    ['a wrong letter', 'doktor', 'doctor'],
    ['two mistakes in a long word', 'precomplier', 'precompile'],
  ])('finds the intended name for a word with %s', (_, word, name) => {
    expect(findClosestName(word, NAMES)).toBe(name)
  })

  it.each(['', 'ls', 'it', 'test', 'deploy', 'constructor', 'i'.repeat(10_000)])('finds no name that is close to %s', (word) => {
    expect(findClosestName(word, NAMES)).toBeUndefined()
  })

  it('returns the closest name, or the first of several names that are equally close', () => {
    expect(findClosestName('--env', ['--ens', '--env'])).toBe('--env')
    expect(findClosestName('drap', ['drop', 'drip'])).toBe('drop')
  })
})
