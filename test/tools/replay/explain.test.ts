import { describe, expect, it } from 'vitest'
import type { RuleDescription } from '../../../src/tools/lib/description.ts'
import { type ExplainedRule, explainRules } from '../../../src/tools/replay/explain.ts'
import type { TracedRule } from '../../../src/tools/replay/rule-trace.ts'

function rule(name: string, kind: string = 'rule', ...children: readonly RuleDescription[]): RuleDescription {
  return { name, kind, children }
}

function said(path: string, outcome: string, more: Partial<TracedRule> = {}): TracedRule {
  return { rule: `rule-${path}`, path, outcome, reason: null, ms: 1, ...more }
}

/** Lists the outcome of each rule, or the text that explains why the rule did not run. A parent comes before its children. */
function reasons(rules: readonly ExplainedRule[]): readonly (string | undefined)[] {
  return rules.flatMap((each) => [each.notRun ?? each.said?.outcome, ...reasons(each.children)])
}

describe('explainRules', () => {
  it('gives each rule without a trace entry the explanation of the incomplete trace', () => {
    expect(reasons(explainRules(rule('chain', 'chain', rule('a'), rule('b', 'anyOf', rule('c'))), [], 'the handler ended before'))).toEqual(
      ['the handler ended before', 'the handler ended before', 'b did not run'],
    )
  })

  it('reports that a rule did not run because the deadline had passed', () => {
    const root = rule('chain', 'chain', rule('when', 'when', rule('a')))
    expect(
      reasons(explainRules(root, [said('0', 'error', { reason: 'deadline-exceeded', error: 'DeadlineExceededError' })], undefined)),
    ).toEqual(['error', 'the deadline had passed'])
  })

  it('reports that the condition threw an error for the rule inside `when`, which did not run', () => {
    const root = rule('chain', 'chain', rule('when', 'when', rule('a')))
    expect(reasons(explainRules(root, [said('0', 'error', { reason: 'TypeError', error: 'TypeError' })], undefined))).toEqual([
      'error',
      'when failed: TypeError',
    ])
  })

  it('reports that a shadow rule did not run because no time was left', () => {
    const root = rule('chain', 'chain', rule('shadow', 'shadow', rule('a')))
    expect(reasons(explainRules(root, [said('0', 'skip')], undefined))).toEqual(['skip', 'no time was left after the decision'])
  })

  it('does not name a denial as the cause if a rule of `anyOf` did not run, because `anyOf` continues after a denial', () => {
    const root = rule('chain', 'chain', rule('any-of', 'anyOf', rule('a'), rule('b'), rule('c')))
    const trace = [said('0', 'allow'), said('0.0', 'deny'), said('0.1', 'allow')]
    expect(reasons(explainRules(root, trace, undefined))).toEqual(['allow', 'deny', 'allow', 'rule-0.1 already allowed'])
  })

  it('shows all rules that a custom combinator ran, including undeclared ones', () => {
    const trace = [said('0', 'skip'), said('0.0', 'skip'), said('0.1', 'deny'), said('0.1.0', 'deny')]
    for (const own of [rule('own', 'rule', rule('a'), rule('b', 'rule', rule('c'))), rule('own', 'rule', rule('a')), rule('own')]) {
      expect(reasons(explainRules(rule('chain', 'chain', own), trace, undefined))).toEqual(['skip', 'skip', 'deny', 'deny'])
    }
  })

  it('reports a declared rule that a custom combinator did not call', () => {
    const root = rule('chain', 'chain', rule('own', 'rule', rule('a')))
    expect(reasons(explainRules(root, [said('0', 'skip')], undefined))).toEqual(['skip', 'the parent rule did not call this rule'])
  })
})
