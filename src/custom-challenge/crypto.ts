/** Loads `node:crypto` at its first use, because an import takes as long as half a cold start and `define` does not need it. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
