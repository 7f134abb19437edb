import { describe, expect, it } from 'vitest'
import { describeUnknownCommand } from '../../../src/tools/cli/suggest.ts'

const NAMES = ['replay', 'explain', 'effects', 'domains', 'precompile', 'attach', 'doctor', 'init']

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
