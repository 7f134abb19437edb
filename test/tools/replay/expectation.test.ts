import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { compare, readExpectation } from '../../../src/tools/replay/expectation.ts'

const actual = {
  outcome: 'proceed',
  decidedBy: null,
  reason: null,
  response: { autoConfirmUser: false },
  traced: true,
  effects: { profiles: 1, mails: 0 },
}

it('compare checks only the keys that the expectation contains', () => {
  expect(compare({}, actual)).toEqual([])
  expect(compare({ outcome: 'proceed', decidedBy: null, response: { autoConfirmUser: false } }, actual)).toEqual([])
})

it('compare returns a line for each difference', () => {
  const expected = { outcome: 'denied', decidedBy: 'a', reason: 'b', response: {}, effects: { profiles: 2, mails: 0 } }
  expect(compare(expected, actual)).toEqual([
    'expected outcome denied, got proceed',
    'expected decidedBy a, got null',
    'expected reason b, got null',
    'expected response {}, got {"autoConfirmUser":false}',
    'expected profiles 2, got 1',
  ])
})

it('compare ignores decidedBy and reason if the handler logged no decision', () => {
  expect(compare({ outcome: 'proceed', decidedBy: 'a', reason: 'b' }, { ...actual, traced: false })).toEqual([])
  expect(compare({ outcome: 'denied', decidedBy: 'a' }, { ...actual, traced: false })).toEqual(['expected outcome denied, got proceed'])
})

it('compare ignores the expected effects if the actual effects were not counted', () => {
  const { effects: _, ...uncounted } = actual
  expect(compare({ effects: { mails: 3 } }, uncounted)).toEqual([])
})

it.each([
  ['{"effects":5}', 'effects: Invalid input: expected object'],
  ['{"effects":{"mails":"one"}}', 'effects.mails: Invalid input: expected number'],
  ['{"effects":{"letters":1}}', 'effects: Unrecognized key: "letters"'],
  ['{"reason":7}', 'reason: Invalid input: expected string'],
  ['{"outcom":"denied"}', "unknown key 'outcom'; expected one of outcome, decidedBy, reason, response, effects"],
  ['[]', 'expected a JSON object'],
])('readExpectation rejects %s', async (text, problem) => {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-expectation-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'case.expect.json'), text)
  const file = join(folder, 'case.expect.json')
  await expect(readExpectation(join(folder, 'case.json'))).rejects.toThrow(`${file}: ${problem}`)
})
