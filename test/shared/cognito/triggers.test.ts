import { describe, expect, it } from 'vitest'
import { isTriggerName, TRIGGER_NAMES, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import { FOLDERS } from '../../support/triggers.ts'

const listPrefixes = (name: (typeof TRIGGER_NAMES)[number]): readonly string[] => [
  ...new Set(Object.keys(triggerFacts(name).sources).map((source) => source.replace(/_.*/, ''))),
]

describe('the table of triggers', () => {
  it.each(TRIGGER_NAMES)('has one prefix for all sources of %s', (name) => {
    expect(listPrefixes(name)).toEqual([name === 'PreTokenGeneration' ? 'TokenGeneration' : name])
  })

  it('has no source prefix that is the start of another', () => {
    const prefixes = TRIGGER_NAMES.flatMap(listPrefixes).map((prefix) => `${prefix}_`)
    for (const prefix of prefixes) expect(prefixes.filter((each) => each.startsWith(prefix))).toEqual([prefix])
  })

  it.each(TRIGGER_NAMES)('has responseVersions of %s only for existing fields and versions', (name) => {
    const { response = {}, responseVersions = {}, lambdaVersions = [] } = triggerFacts(name)
    const versions = lambdaVersions.map((version) => /^V(\d)_0$/.exec(version)?.[1])
    for (const [field, read] of Object.entries(responseVersions)) {
      expect(Object.keys(response)).toContain(field)
      expect(read.filter((version) => !versions.includes(version))).toEqual([])
    }
  })

  it('has a trigger for every folder of src with a trigger.ts', () => {
    const folders = TRIGGER_NAMES.map((name) => triggerFacts(name).folder)
    expect(FOLDERS.filter((folder) => !folders.includes(folder))).toEqual([])
  })

  it('does not accept a property of Object.prototype as a trigger name', () => {
    expect(['toString', 'constructor', '__proto__', 'preSignUp', ''].filter(isTriggerName)).toEqual([])
  })
})
