import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readExpectation } from '../../../src/tools/replay/expectation.ts'

it.each([
  ['{"effects":5}', 'effects: Invalid input: expected object'],
  ['{"effects":{"mails":"one"}}', 'effects.mails: expected a number, or a list of emails with the fields to compare'],
  ['{"effects":{"mails":-1}}', 'effects.mails: Too small: expected number to be >=0'],
  [
    '{"effects":{"mails":[{"sujet":"Hello"}]}}',
    "effects.mails.0: unknown key 'sujet'; expected one of to, cc, bcc, from, replyTo, subject",
  ],
  ['{"effects":{"mails":[{"to":5}]}}', 'effects.mails.0.to: expected an address, or a list of addresses'],
  ['{"effects":{"mails":[{"to":["a@example.com",5]}]}}', 'effects.mails.0.to.1: Invalid input: expected string'],
  ['{"effects":{"profiles":["mary"]}}', 'effects.profiles.0: Invalid input: expected record'],
  ['{"effects":{"rows":{"orders":true}}}', 'effects.rows.orders: expected a number, or a list of rows with the fields to compare'],
  ['{"effects":{"letters":1}}', "effects: unknown key 'letters'; expected one of profiles, mails, texts, rows"],
  ['{"failedRules":"a"}', 'failedRules: Invalid input: expected array'],
  ['{"reason":7}', 'reason: Invalid input: expected string'],
  ['{"outcom":"denied"}', "unknown key 'outcom'; expected one of outcome, decidedBy, reason, response, responseLike, failedRules, effects"],
  ['[]', 'expected a JSON object'],
])('readExpectation rejects %s', async (text, problem) => {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-expectation-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'case.expect.json'), text)
  const file = join(folder, 'case.expect.json')
  await expect(readExpectation(join(folder, 'case.json'))).rejects.toThrow(`${file}: ${problem}`)
})
