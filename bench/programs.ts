/** How a program is bundled. */
export type Bundling =
  /**
   * Bundled as Powertools' documentation recommends for esbuild: a minified ES module that defines `require`, with `module` before
   * `main` in `mainFields`.
   */
  | 'usual'
  /** Bundled as in the Lambda guide for esbuild: minified CommonJS. */
  | 'commonjs'
  /** Bundled with the options of the deployed handlers. */
  | 'lifeguard'

/** The source code of a program. */
export type Source =
  /** A file, and the event with which it is precompiled. By default the ordinary sample event of its folder. */
  | { readonly file: string; readonly event?: string }
  /** Generated code of a bare handler or of Lifeguard, with a list of this many domains. */
  | { readonly domains: number; readonly of: 'bare' | 'lifeguard' }

/** A program that is measured. */
export interface Program {
  readonly title: string
  readonly bundling: Bundling
  readonly source: Source
}

/** The name of a program, which is also the folder of its bundle. */
export type ProgramName =
  | 'pre/bare'
  | 'pre/bare-logging'
  | 'pre/hand-written'
  | 'pre/middy-zod'
  | 'pre/powertools'
  | 'pre/lifeguard'
  | 'domains/bare'
  | 'domains/few'
  | 'domains/many'
  | 'domains/most'
  | 'token/hand-written'
  | 'token/powertools'
  | 'token/lifeguard'
  | 'message/hand-written'
  | 'message/powertools'
  | 'message/lifeguard'
  | 'define/hand-written'
  | 'define/powertools'
  | 'define/lifeguard'
  | 'post/hand-written'
  | 'post/hand-written-commonjs'
  | 'post/powertools'
  | 'post/lifeguard'

/** Numbers of domains in the lists of the programs `domains/...`. */
export const MANY_DOMAINS = 10_000
export const MOST_DOMAINS = 100_000
export const FEW_DOMAINS = 3

/** All programs. Paths are relative to the root of the repository. */
export const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  'pre/bare': { title: 'a bare handler', bundling: 'usual', source: { file: 'bench/programs/pre-signup/bare.ts' } },
  'pre/bare-logging': {
    title: 'a bare handler that logs as much',
    bundling: 'usual',
    source: { file: 'bench/programs/pre-signup/bare-logging.ts' },
  },
  'pre/hand-written': {
    title: 'hand-written `if` checks',
    bundling: 'usual',
    source: { file: 'bench/programs/pre-signup/hand-written.ts' },
  },
  'pre/middy-zod': { title: 'middy + zod', bundling: 'usual', source: { file: 'bench/programs/pre-signup/middy-zod.ts' } },
  'pre/powertools': { title: 'Powertools parser + logger', bundling: 'usual', source: { file: 'bench/programs/pre-signup/powertools.ts' } },
  'pre/lifeguard': { title: 'Lifeguard', bundling: 'lifeguard', source: { file: 'src/pre-signup/handler.ts' } },
  'domains/bare': { title: 'a bare handler with an array and a Set', bundling: 'usual', source: { domains: MANY_DOMAINS, of: 'bare' } },
  'domains/few': { title: 'Lifeguard, 3 domains', bundling: 'lifeguard', source: { domains: FEW_DOMAINS, of: 'lifeguard' } },
  'domains/many': { title: 'Lifeguard, 10,000 domains', bundling: 'lifeguard', source: { domains: MANY_DOMAINS, of: 'lifeguard' } },
  'domains/most': { title: 'Lifeguard, 100,000 domains', bundling: 'lifeguard', source: { domains: MOST_DOMAINS, of: 'lifeguard' } },
  'token/hand-written': {
    title: 'hand-written on the SDK',
    bundling: 'usual',
    source: { file: 'bench/programs/pre-token/hand-written.ts' },
  },
  'token/powertools': {
    title: 'Powertools parser + logger + SDK',
    bundling: 'usual',
    source: { file: 'bench/programs/pre-token/powertools.ts' },
  },
  'token/lifeguard': { title: 'Lifeguard', bundling: 'lifeguard', source: { file: 'src/pre-token/handler.ts' } },
  'message/hand-written': {
    title: 'hand-written',
    bundling: 'usual',
    source: { file: 'bench/programs/custom-message/hand-written.ts' },
  },
  'message/powertools': {
    title: 'Powertools parser + logger',
    bundling: 'usual',
    source: { file: 'bench/programs/custom-message/powertools.ts' },
  },
  'message/lifeguard': { title: 'Lifeguard', bundling: 'lifeguard', source: { file: 'src/custom-message/handler.ts' } },
  'define/hand-written': {
    title: 'hand-written',
    bundling: 'usual',
    source: { file: 'bench/programs/custom-challenge/hand-written.ts' },
  },
  'define/powertools': {
    title: 'Powertools parser + logger',
    bundling: 'usual',
    source: { file: 'bench/programs/custom-challenge/powertools.ts' },
  },
  'define/lifeguard': {
    title: 'Lifeguard',
    bundling: 'lifeguard',
    source: { file: 'bench/programs/custom-challenge/lifeguard.ts', event: 'events/custom-challenge/next-password-mary.json' },
  },
  'post/hand-written': {
    title: 'hand-written on the SDK',
    bundling: 'usual',
    source: { file: 'bench/programs/post-confirmation/hand-written.ts' },
  },
  'post/hand-written-commonjs': {
    title: 'hand-written on the SDK, CommonJS',
    bundling: 'commonjs',
    source: { file: 'bench/programs/post-confirmation/hand-written.ts' },
  },
  'post/powertools': {
    title: 'Powertools parser + idempotency',
    bundling: 'usual',
    source: { file: 'bench/programs/post-confirmation/powertools.ts' },
  },
  'post/lifeguard': { title: 'Lifeguard', bundling: 'lifeguard', source: { file: 'src/post-confirmation/handler.ts' } },
}

/** Returns true if the string is the name of a program. */
export function isProgramName(name: string): name is ProgramName {
  return Object.hasOwn(PROGRAMS, name)
}

/** The names of all programs. */
export const PROGRAM_NAMES: readonly ProgramName[] = Object.keys(PROGRAMS).filter(isProgramName)
