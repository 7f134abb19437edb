import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PreSignUp } from '../../../src/pre-signup/trigger.ts'
import { isTriggerName, TRIGGER_NAMES, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import type { TriggerFactory } from '../../../src/shared/lambda/define-trigger.ts'
import { skip } from '../../../src/shared/rules/outcome.ts'
import { repository } from '../../support/built.ts'
import { FOLDERS } from '../../support/triggers.ts'

const listPrefixes = (name: (typeof TRIGGER_NAMES)[number]): readonly string[] => [
  ...new Set(Object.keys(triggerFacts(name).sources).map((source) => source.replace(/_.*/, ''))),
]

function isFactory(value: unknown): value is TriggerFactory<PreSignUp> {
  return typeof value === 'function' && 'rule' in value && 'middleware' in value
}

describe('the table of triggers', () => {
  it.each(TRIGGER_NAMES)('all trigger sources of %s have the same prefix', (name) => {
    expect(listPrefixes(name)).toEqual([name === 'PreTokenGeneration' ? 'TokenGeneration' : name])
  })

  it('no prefix of trigger sources is the start of another prefix', () => {
    const prefixes = TRIGGER_NAMES.flatMap(listPrefixes).map((prefix) => `${prefix}_`)
    for (const prefix of prefixes) expect(prefixes.filter((each) => each.startsWith(prefix))).toEqual([prefix])
  })

  it.each(TRIGGER_NAMES)('TRIGGERS has responseVersions of %s only for existing fields and versions', (name) => {
    const { response = {}, responseVersions = {}, lambdaVersions = [] } = triggerFacts(name)
    const versions = lambdaVersions.map((version) => /^V(\d)_0$/.exec(version)?.[1])
    for (const [field, read] of Object.entries(responseVersions)) {
      expect(Object.keys(response)).toContain(field)
      expect(read.filter((version) => !versions.includes(version))).toEqual([])
    }
  })

  it('TRIGGERS has an entry for every folder of src with a trigger.ts', () => {
    const folders = TRIGGER_NAMES.map((name) => triggerFacts(name).folder)
    expect(FOLDERS.filter((folder) => !folders.includes(folder))).toEqual([])
  })

  it.each(FOLDERS)('TRIGGERS agrees with %s/trigger.ts about triggers that may refuse', async (folder) => {
    const module: Readonly<Record<string, unknown>> = await import(join(repository, 'src', folder, 'trigger.ts'))
    const handlers = Object.values(module)
      .filter(isFactory)
      .map((factory) => factory(factory.rule('own', () => skip())))

    expect(handlers.length).toBeGreaterThan(0)
    for (const { trigger, refuses } of handlers) {
      const facts = triggerFacts(trigger)
      // A handler whose response refuses the user throws no error for a denial.
      expect([trigger, facts.refuses === true && facts.refusesBy === undefined]).toEqual([trigger, refuses])
    }
  })

  it('isTriggerName rejects the names of properties of Object.prototype', () => {
    expect(['toString', 'constructor', '__proto__', 'preSignUp', ''].filter(isTriggerName)).toEqual([])
  })
})
