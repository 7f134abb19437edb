import { findClosestName } from '../lib/closest-name.ts'

/**
 * Returns the message for a missing or unknown command.
 *
 * @param parent The command to which these commands belong: empty for `lifeguard` itself.
 * @example
 * describeUnknownCommand('effects', 'lits', ['list', 'drop']) // "Unknown command 'effects lits'. Did you mean 'effects list'?"
 */
export function describeUnknownCommand(parent: '' | 'effects' | 'domains', word: string, names: readonly string[]): string {
  const expected = `Expected one of ${names.join(', ')}`
  if (word === '') return `Missing command. ${expected}`
  const prefix = parent === '' ? '' : `${parent} `
  const closest = findClosestName(word, names)
  return `Unknown command '${prefix}${word}'. ${closest === undefined ? expected : `Did you mean '${prefix}${closest}'?`}`
}
