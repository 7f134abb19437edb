import { expect, it } from 'vitest'
import { deployed, down, parseLogLines, silent } from '../support/fidelity/deployed.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'

// The timeout of the deployed sweeper, which starts no effect in the last seconds before it.
const SWEEPER_TIMEOUT_MS = 60_000

underRuntimeClient('the sweeper', (client) => {
  const { start } = deployed(client)

  it('runs a sweep for any event, and throws if it cannot read the ledger', async () => {
    const sandbox = await start('sweeper')
    expect(await sandbox.invoke({ source: 'aws.events' }, SWEEPER_TIMEOUT_MS)).toEqual({ kind: 'response', json: 'null' })
    expect(await sandbox.invoke({ note: 'x'.repeat(2 ** 20) }, SWEEPER_TIMEOUT_MS)).toEqual({ kind: 'response', json: 'null' })
    expect(parseLogLines(await sandbox.stop())).toMatchObject([{ message: 'sweep' }, { message: 'sweep' }])

    for (const [environment, reason] of [
      [down, 'ECONNREFUSED'],
      [await silent(), expect.any(String)],
    ] as const) {
      const delivery = await start('sweeper', environment)
      // Just enough time to start a sweep.
      const outcome = await delivery.invoke({}, 9000)
      expect(outcome).toMatchObject({
        kind: 'error',
        error: { errorType: 'Error', errorMessage: expect.stringMatching(/^The ledger could not be read: \w+/) },
      })
      expect(parseLogLines(await delivery.stop())).toMatchObject([{ message: 'sweep', unread: reason }])
    }
  })

  it('names an invalid setting in its error, which only operators read', async () => {
    expect(await (await start('sweeper', { WELCOME_APP_URL: 'nowhere' })).invoke({})).toMatchObject({
      kind: 'init-error',
      error: { errorType: 'InvalidSettingsError', errorMessage: expect.stringContaining('WELCOME_APP_URL is "nowhere"') },
      exit: { code: 1, signal: null },
    })
  })
})
