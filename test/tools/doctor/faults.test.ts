import { describe, expect, it } from 'vitest'
import { CODE_NAMES } from '../../../src/tools/doctor/codes.ts'
import { examineText, patchTemplate } from '../../support/patched.ts'
import { CLEAN, FAULTS } from './templates/faults.ts'

describe('doctor', () => {
  it.each(CLEAN)('finds nothing in %s', async (base) => {
    expect((await examineText(await patchTemplate(base))).findings).toEqual([])
  })

  it.each(FAULTS.map((fault) => [fault.code, fault.base, fault.seeds, fault] as const))(
    'finds %s and nothing else in %s with %s',
    async (code, base, _seeds, { change, at, also = [] }) => {
      const { findings } = await examineText(await patchTemplate(base, change))
      const found = findings.map(({ code, resource, path }) => ({ code, at: [resource, ...path].join('.') }))
      expect(found.filter((each) => !also.includes(each.code))).toEqual([{ code, at }])
      expect(found.flatMap((each) => (also.includes(each.code) ? [each.code] : []))).toEqual(also)
    },
  )

  it('does not mistake a function that reads the metrics of the sweeper for the sweeper', async () => {
    const Properties = { Runtime: 'nodejs24.x', Handler: 'handlers/parked.handler', Role: 'arn:aws:iam::111122223333:role/parked' }
    const Parked = { Type: 'AWS::Lambda::Function', Properties: { ...Properties, Code: { S3Bucket: 'a', S3Key: 'b' } } }
    expect((await examineText(await patchTemplate('osls.json', { Parked }))).findings).toEqual([])
  })

  it('these tests have a faulty template for every code of doctor', () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(40)
    expect([...new Set(FAULTS.map(({ code }) => code))].toSorted()).toEqual(CODE_NAMES.toSorted())
  })
})
