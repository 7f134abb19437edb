import { expect, it } from 'vitest'
import { formatHistory } from '../../chaos/history.ts'
import type { Passed } from '../../chaos/proxy.ts'

const ann = { sub: '6c4a1d9e-2b57-4f80-9a3c-71e05d8b24f6', email: 'ann@example.com' }
const passed: Passed = { action: '', about: '', at: 0, fault: undefined, status: 200, actedAt: 0, answered: 'whole' }

it('formatHistory lists the records of one user in order, with the sweeps that touched the user', () => {
  const history = formatHistory(ann, {
    attempts: [
      { name: 'post-confirmation', sub: ann.sub, startedAt: 1000, endedAt: 1500, ending: { kind: 'crashed' }, frozen: false },
      { name: 'post-confirmation', sub: 'somebody-else', startedAt: 1000, endedAt: 1500, ending: { kind: 'crashed' }, frozen: false },
      { name: 'sweeper', sub: 'sweeper', startedAt: 9000, endedAt: 9900, ending: { kind: 'hung' }, frozen: true },
      { name: 'sweeper', sub: 'sweeper', startedAt: 12_000, endedAt: 12_900, ending: { kind: 'hung' }, frozen: false },
    ],
    dynamodb: [
      {
        ...passed,
        action: 'UpdateItem',
        about: `effects pool#${ann.sub}#mail`,
        at: 1010,
        fault: 'hang',
        status: undefined,
        answered: 'none',
      },
      { ...passed, action: 'UpdateItem', about: 'effects pool#somebody-else#mail', at: 1011 },
    ],
    ses: [{ ...passed, action: 'SendEmail', about: ann.email, at: 1020 }],
    cognito: [{ ...passed, action: 'ListUsers', about: ann.sub, at: 9100 }],
    effects: [{ sub: ann.sub, state: 'unknown', attempt: 1, reason: 'cut-off' }],
  })
  expect(history).toEqual([
    '0 ms: post-confirmation starts',
    '10 ms:   UpdateItem effects hang, not executed, response: none',
    '20 ms:   SendEmail no fault, 200, response: whole',
    '500 ms: post-confirmation crashed',
    '8000 ms: sweeper starts',
    '8100 ms:   ListUsers no fault, 200, response: whole',
    '8900 ms: sweeper hung, and its process had been stopped',
    'finally: unknown, attempt 1, cut-off',
  ])
})
