import { describe, expect, it } from 'vitest'
import type { Code } from '../../../src/tools/doctor/loaded.ts'
import { readSourceFacts } from '../../../src/tools/doctor/source-code/read-facts.ts'
import { judgeTemplate, UNREAD_CODE } from '../../support/doctor-template.ts'

const ACCOUNT = 'Pool.Properties.EmailConfiguration.EmailSendingAccount'

/** Returns the findings and the unchecked values about the emails of the function Texts. */
function judge(changes: Readonly<Record<string, unknown>>, code: Partial<Code>) {
  const { findings, unknown } = judgeTemplate(changes, { Texts: { ...UNREAD_CODE, trigger: 'CustomMessage', ...code } })
  return {
    codes: findings.flatMap((each) => (each.code === 'LG408' || each.code === 'LG409' ? [each.code] : [])),
    unknown: unknown.filter((each) => each.startsWith('the emails of Texts')),
  }
}
const rule = (emailSending?: string): Partial<Code> => ({
  rule: {
    name: 'chain',
    kind: 'chain',
    children: [{ name: 'messages', kind: 'rule', children: [], permissions: [], ...(emailSending && { emailSending }) }],
  },
})
const plain = async (text: string): Promise<Partial<Code>> => ({ source: await readSourceFacts('a.js', text, 'handler') })

const writing = await plain('export const handler = async (event) => { event.response.emailMessage = "x"; return event }')
const silent = await plain('export const handler = async (event) => { event.response.emailMessage = null; return event }')
const unreadable = await plain('export const handler = async (event) => {')

describe('LG408 and LG409', () => {
  it.each([
    ['DEVELOPER', 'developer', []],
    ['DEVELOPER', 'cognito', ['LG409']],
    ['DEVELOPER', undefined, []],
    ['COGNITO_DEFAULT', 'developer', ['LG408']],
    ['COGNITO_DEFAULT', 'cognito', []],
    [undefined, 'developer', ['LG408']],
  ])('EmailSendingAccount %s and a rule with emailSending %s give %j', (account, sending, codes) => {
    expect(judge({ [ACCOUNT]: account }, rule(sending))).toEqual({ codes, unknown: [] })
  })

  it('a pool without EmailConfiguration sends its emails itself', () => {
    expect(judge({ 'Pool.Properties.EmailConfiguration': undefined }, rule('developer')).codes).toEqual(['LG408'])
  })

  it('judges a handler without Lifeguard by the property that it writes', () => {
    expect(judge({ [ACCOUNT]: 'COGNITO_DEFAULT' }, writing)).toEqual({ codes: ['LG408'], unknown: [] })
    expect(judge({}, writing)).toEqual({ codes: [], unknown: [] })
    expect(judge({ [ACCOUNT]: 'COGNITO_DEFAULT' }, silent)).toEqual({ codes: [], unknown: [] })
    expect(judge({ [ACCOUNT]: 'COGNITO_DEFAULT' }, unreadable)).toEqual({
      codes: [],
      unknown: [expect.stringMatching(/^the emails of Texts: ./)],
    })
  })

  it.each([ACCOUNT, 'Pool.Properties.EmailConfiguration'])(
    'reports the emails as not checked if %s is known only at deployment',
    (path) => {
      expect(judge({ [path]: { Ref: 'Account' } }, rule('developer'))).toEqual({
        codes: [],
        unknown: ['the emails of Texts: EmailSendingAccount of Pool is known only at deployment'],
      })
    },
  )
})
