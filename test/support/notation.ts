import { anyOf, chain, denyIf, failClosed, failOpen, parallel, shadow, when } from '../../src/shared/rules/combinators.ts'
import type { Condition } from '../../src/shared/rules/condition.ts'
import { allow, deny, done, respond, skip } from '../../src/shared/rules/outcome.ts'
import { compose, type Rule } from '../../src/shared/rules/rule.ts'
import type { RuleContext } from '../../src/shared/rules/trigger.ts'
import type { SampleAnswer, SampleRefusing, SampleWorking } from './samples.ts'

/**
 * The functions that build compositions. They are in a table, so that a program can build a composition with two versions of the
 * library and compare the versions.
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

/** A parsed composition in the notation of docs/reference/semantics.md. */
export type Term = { readonly word: string; readonly terms: readonly Term[] }

/** Parses a composition such as `chain(allow, set(a=2))`. */
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
  if (tokens.length > 0) throw new SyntaxError(`unexpected text at the end of ${source}: ${tokens.join('')}`)
  return whole
}

/** Formats a parsed composition in its notation. */
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

// Rules with every kind of outcome, for every trigger. An outcome that is invalid for a trigger must become an error.
type Leaf = (language: Language) => Parameters<typeof compose<SampleRefusing>>[0]['evaluate']
const errorLeaf = (): never => {
  throw new Error('an error of the rule')
}
const leaves: Readonly<Record<string, Leaf>> = {
  allow: (language) => async () => language.allow(),
  skip: (language) => async () => language.skip(),
  deny: (language) => async () => language.deny('no', 'No'),
  deny2: (language) => async () => language.deny('no-again', 'No again'),
  done: (language) => async () => language.done(),
  error: () => errorLeaf,
  hang: () => () => new Promise(() => {}),
}

function set(term: Term | undefined, language: Language): Rule<SampleRefusing> {
  const [field, value = '1'] = (term?.word ?? '').split('=')
  const evaluate = async () => language.respond<SampleAnswer>(field === 'a' ? { a: Number(value) } : { b: Number(value) })
  return language.compose<SampleRefusing>({ name: 'set', kind: 'rule', evaluate })
}

// Converts rules between the two sample triggers, because `parallel` accepts only rules of working triggers.
const asWorking = (rule: Rule<SampleRefusing>, language: Language): Rule<SampleWorking> =>
  language.compose<SampleWorking>({
    ...rule,
    evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate({ ...ctx, trigger: 'PreSignUp' }, run),
  })
const asRefusing = (rule: Rule<SampleWorking>, language: Language): Rule<SampleRefusing> =>
  language.compose<SampleRefusing>({
    ...rule,
    evaluate: async ({ invocation: _, ...ctx }, run) => rule.evaluate({ ...ctx, trigger: 'PostConfirmation' }, run),
  })

/** A function that every rule and condition calls first with its context. */
export type Meddle = (ctx: RuleContext<SampleRefusing>) => void

/** Creates a rule that reserves something in its commit step: `use(x)`, `use(x, deny)`, `use(x, error)`. */
function use(word: string, terms: readonly Term[], language: Language, reserved: Set<string>): Rule<SampleRefusing> {
  const [{ word: what } = { word: '' }, { word: how } = { word: 'reserves' }] = terms
  const evaluate = () => (word === 'useAndAllow' ? language.allow() : language.skip())
  return {
    ...language.compose<SampleRefusing>({ name: `use-${what}`, kind: 'rule', evaluate }),
    commit: {
      async reserve() {
        if (how === 'deny') return language.deny('none-left', 'None left')
        reserved.add(what)
        // Simulates a write that succeeds although its response is lost.
        if (how === 'error') throw new Error('an error of the store')
        return undefined
      },
      release: () => void reserved.delete(what),
    },
  }
}

/**
 * Builds the rule of a parsed composition.
 *
 * @param reserved Collects the reservations of `use`.
 */
export function build(
  { word, terms }: Term,
  meddle?: Meddle,
  language: Language = LANGUAGE,
  reserved: Set<string> = new Set(),
): Rule<SampleRefusing> {
  const [first, ...rest] = terms
  const inner = (term: Term): Rule<SampleRefusing> => build(term, meddle, language, reserved)
  const only = (): Rule<SampleRefusing> => {
    if (first === undefined || rest.length > 0) throw new SyntaxError(`${word} takes one rule`)
    return inner(first)
  }
  const asked: Condition<SampleRefusing> = (ctx) => {
    meddle?.(ctx)
    return condition(first)(ctx)
  }
  const meddling = (rule: Rule<SampleRefusing>): Rule<SampleRefusing> =>
    meddle === undefined
      ? rule
      : language.compose<SampleRefusing>({
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
      return asRefusing(language.parallel(...terms.map((each) => asWorking(inner(each), language))), language)
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
    case 'use':
    case 'useAndAllow':
      return use(word, terms, language, reserved)
    case 'lookUpError':
      // `can` declares only answers, but the rule throws, because any rule may have an error.
      return meddling(language.compose<SampleRefusing>({ name: word, kind: 'rule', can: ['answer'], evaluate: errorLeaf }))
    default: {
      const made = Object.hasOwn(leaves, word) ? leaves[word] : undefined
      if (made === undefined) throw new SyntaxError(`no rule: ${word}`)
      return meddling(language.compose<SampleRefusing>({ name: word, kind: 'rule', evaluate: made(language) }))
    }
  }
}
