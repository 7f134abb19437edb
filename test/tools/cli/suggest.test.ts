import { describe, expect, it } from 'vitest'
import { describeUnknownCommand, findClosestName } from '../../../src/tools/cli/suggest.ts'

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

describe('describeUnknownCommand', () => {
  it('suggests the closest command', () => {
    expect(describeUnknownCommand('', 'repaly', NAMES)).toBe("Unknown command 'repaly'. Did you mean 'replay'?")
    expect(describeUnknownCommand('effects', 'lits', ['list', 'drop'])).toBe("Unknown command 'effects lits'. Did you mean 'effects list'?")
  })

  it('lists all commands if no command is close', () => {
    expect(describeUnknownCommand('', 'foo', ['replay', 'init'])).toBe("Unknown command 'foo'. Expected one of replay, init")
  })

  it('lists all commands if the command is missing', () => {
    expect(describeUnknownCommand('effects', '', ['list', 'drop'])).toBe('Missing command. Expected one of list, drop')
  })
})
