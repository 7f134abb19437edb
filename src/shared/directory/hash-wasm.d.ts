/** The part of hash-wasm with argon2 alone, an eighth of the whole package. */
declare module 'hash-wasm/dist/argon2.umd.min.js' {
  const argon2: Pick<typeof import('hash-wasm'), 'argon2id'>
  export default argon2
}
