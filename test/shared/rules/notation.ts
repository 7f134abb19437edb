import { anyOf, chain, denyIf, failClosed, failOpen, shadow, together, when } from '../../../src/shared/rules/combinators.ts'
import type { Condition } from '../../../src/shared/rules/condition.ts'
import type { Context } from '../../../src/shared/rules/context.ts'
import { allow, deny, done, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { compose, type Rule } from '../../../src/shared/rules/rule.ts'
import type { SamplePost, SamplePre } from '../../support/samples.ts'

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
const leaf = (name: string, evaluate: Parameters<typeof compose<SamplePre>>[0]['evaluate']): Rule<SamplePre> =>
  compose<SamplePre>({ name, kind: 'rule', evaluate })

const leaves: Readonly<Record<string, () => Rule<SamplePre>>> = {
  allow: () => leaf('allow', async () => allow()),
  skip: () => leaf('skip', async () => skip()),
  deny: () => leaf('deny', async () => deny('no', 'No')),
  deny2: () => leaf('deny2', async () => deny('no-again', 'No again')),
  done: () => leaf('done', async () => done()),
  broken: () =>
    leaf('broken', () => {
      throw new Error('the rule is broken')
    }),
  hang: () => leaf('hang', () => new Promise(() => {})),
}

function set(term: Term | undefined): Rule<SamplePre> {
  const [field, value = '1'] = (term?.word ?? '').split('=')
  return leaf('set', async () => respond<SamplePre>(field === 'a' ? { a: Number(value) } : { b: Number(value) }))
}

// The two samples differ in nothing but their phase; `together` is for post triggers alone.
const asPost = (rule: Rule<SamplePre>): Rule<SamplePost> =>
  compose<SamplePost>({ ...rule, evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate(ctx, run) })
const asPre = (rule: Rule<SamplePost>): Rule<SamplePre> =>
  compose<SamplePre>({ ...rule, evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate(ctx, run) })

/** Something to do with the context first, in every rule and condition. */
export type Meddle = (ctx: Context<SamplePre>) => void

/** Makes the rule that a term stands for. */
export function build({ word, terms }: Term, meddle?: Meddle): Rule<SamplePre> {
  const [first, ...rest] = terms
  const inner = (term: Term): Rule<SamplePre> => build(term, meddle)
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
      : compose<SamplePre>({
          ...rule,
          evaluate(ctx, run) {
            meddle(ctx)
            return rule.evaluate(ctx, run)
          },
        })
  switch (word) {
    case 'chain':
      return chain(...terms.map(inner))
    case 'together':
      return asPre(together(...terms.map((each) => asPost(inner(each)))))
    case 'anyOf':
      return anyOf(...terms.map(inner))
    case 'when':
      return when(asked, ...rest.map(inner))
    case 'denyIf':
      return denyIf(asked, 'asked', 'Asked')
    case 'failOpen':
      return failOpen(only())
    case 'failClosed':
      return failClosed(only())
    case 'shadow':
      return shadow(only())
    case 'set':
      return meddling(set(first))
    default: {
      const made = leaves[word]
      if (made === undefined) throw new SyntaxError(`no rule: ${word}`)
      return meddling(made())
    }
  }
}
