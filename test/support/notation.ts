import { anyOf, chain, denyIf, failClosed, failOpen, parallel, shadow, when } from '../../src/shared/rules/combinators.ts'
import type { Condition } from '../../src/shared/rules/condition.ts'
import { allow, deny, done, respond, skip } from '../../src/shared/rules/outcome.ts'
import { compose, type Rule } from '../../src/shared/rules/rule.ts'
import type { RuleContext } from '../../src/shared/rules/trigger.ts'
import type { SamplePost, SamplePre } from './samples.ts'

/**
 * The functions that compositions are built with. They stand in a table, so that a program which compares two versions of the
 * library can build one term with each.
 */
export interface Language {
  readonly allow: typeof allow
  readonly anyOf: typeof anyOf
  readonly chain: typeof chain
  readonly compose: typeof compose
  readonly deny: typeof deny
  readonly denyIf: typeof denyIf
  readonly done: typeof done
  readonly failClosed: typeof failClosed
  readonly failOpen: typeof failOpen
  readonly respond: typeof respond
  readonly shadow: typeof shadow
  readonly skip: typeof skip
  readonly parallel: typeof parallel
  readonly when: typeof when
}

const LANGUAGE: Language = { allow, anyOf, chain, compose, deny, denyIf, done, failClosed, failOpen, respond, shadow, skip, parallel, when }

/** A composition as docs/semantics.md writes it. */
export type Term = { readonly word: string; readonly terms: readonly Term[] }

/** Reads `chain(allow, set(a=2))`. */
export function parse(source: string): Term {
  const tokens: string[] = source.match(/[\w=]+|[(),]/g) ?? []
  const term = (): Term => {
    const word = tokens.shift()
    if (word === undefined || /[(),]/.test(word)) throw new SyntaxError(`expected a word in ${source}`)
    const terms: Term[] = []
    const next = (): string | undefined => tokens[0]
    if (next() === '(') {
      do {
        tokens.shift()
        terms.push(term())
      } while (next() === ',')
      if (tokens.shift() !== ')') throw new SyntaxError(`expected ) in ${source}`)
    }
    return { word, terms }
  }
  const whole = term()
  if (tokens.length > 0) throw new SyntaxError(`left over in ${source}: ${tokens.join('')}`)
  return whole
}

/** Writes a term back. */
export function write({ word, terms }: Term): string {
  return terms.length === 0 ? word : `${word}(${terms.map(write).join(', ')})`
}

const conditions: Readonly<Record<string, Condition>> = {
  yes: () => true,
  no: async () => false,
  throws: () => {
    throw new Error('the condition is broken')
  },
}

function condition(term: Term | undefined): Condition {
  const found = conditions[term?.word ?? '']
  if (found === undefined) throw new SyntaxError(`no condition: ${term?.word}`)
  return found
}

// One outcome of each kind, whatever the phase: that a wrong one is refused is part of what the tables say.
type Leaf = (language: Language) => Parameters<typeof compose<SamplePre>>[0]['evaluate']
const leaves: Readonly<Record<string, Leaf>> = {
  allow: (language) => async () => language.allow(),
  skip: (language) => async () => language.skip(),
  deny: (language) => async () => language.deny('no', 'No'),
  deny2: (language) => async () => language.deny('no-again', 'No again'),
  done: (language) => async () => language.done(),
  error: () => () => {
    throw new Error('the rule is broken')
  },
  hang: () => () => new Promise(() => {}),
}

function set(term: Term | undefined, language: Language): Rule<SamplePre> {
  const [field, value = '1'] = (term?.word ?? '').split('=')
  const evaluate = async () => language.respond<SamplePre>(field === 'a' ? { a: Number(value) } : { b: Number(value) })
  return language.compose<SamplePre>({ name: 'set', kind: 'rule', evaluate })
}

// The two samples differ in nothing but their phase; `parallel` is for post triggers alone.
const asPost = (rule: Rule<SamplePre>, language: Language): Rule<SamplePost> =>
  language.compose<SamplePost>({ ...rule, evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate(ctx, run) })
const asPre = (rule: Rule<SamplePost>, language: Language): Rule<SamplePre> =>
  language.compose<SamplePre>({ ...rule, evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate(ctx, run) })

/** Something to do with the context first, in every rule and condition. */
export type Meddle = (ctx: RuleContext<SamplePre>) => void

/** Makes the rule that a term stands for. */
export function build({ word, terms }: Term, meddle?: Meddle, language: Language = LANGUAGE): Rule<SamplePre> {
  const [first, ...rest] = terms
  const inner = (term: Term): Rule<SamplePre> => build(term, meddle, language)
  const only = (): Rule<SamplePre> => {
    if (first === undefined || rest.length > 0) throw new SyntaxError(`${word} takes one rule`)
    return inner(first)
  }
  const asked: Condition<SamplePre> = (ctx) => {
    meddle?.(ctx)
    return condition(first)(ctx)
  }
  const meddling = (rule: Rule<SamplePre>): Rule<SamplePre> =>
    meddle === undefined
      ? rule
      : language.compose<SamplePre>({
          ...rule,
          evaluate(ctx, run) {
            meddle(ctx)
            return rule.evaluate(ctx, run)
          },
        })
  switch (word) {
    case 'chain':
      return language.chain(...terms.map(inner))
    case 'parallel':
      return asPre(language.parallel(...terms.map((each) => asPost(inner(each), language))), language)
    case 'anyOf':
      return language.anyOf(...terms.map(inner))
    case 'when':
      return language.when(asked, ...rest.map(inner))
    case 'denyIf':
      return language.denyIf(asked, 'asked', 'Asked')
    case 'failOpen':
      return language.failOpen(only())
    case 'failClosed':
      return language.failClosed(only())
    case 'shadow':
      return language.shadow(only())
    case 'set':
      return meddling(set(first, language))
    default: {
      const made = Object.hasOwn(leaves, word) ? leaves[word] : undefined
      if (made === undefined) throw new SyntaxError(`no rule: ${word}`)
      return meddling(language.compose<SamplePre>({ name: word, kind: 'rule', evaluate: made(language) }))
    }
  }
}
