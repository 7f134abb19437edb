import { setTimeout as sleep } from 'node:timers/promises'
import type { TriggerSource } from '../../shared/cognito/triggers.ts'
import type { JournalStep } from './journal.ts'
import type { Flow } from './operation.ts'
import { callTrigger } from './triggers.ts'

// Lambda runs an asynchronous invocation up to three times. It waits a minute before the second try, and two before the third.
const RETRIES_AFTER_MS = [60_000, 120_000]

/**
 * Calls a custom sender after the request, as Cognito does: the caller does not wait, and gets no error. The code is a real ciphertext.
 * The calls are recorded in an entry of their own.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function sendThroughSender(
  flow: Pick<Flow, 'world' | 'pool' | 'client' | 'user' | 'steps' | 'clientMetadata'>,
  source: TriggerSource,
  code: string,
): Promise<void> {
  const { world, pool, client, user, clientMetadata } = flow
  const type = source.startsWith('CustomEmailSender') ? 'customEmailSenderRequestV1' : 'customSMSSenderRequestV1'
  // The user as it was at the request. Later changes must not change the event.
  const copy = user && structuredClone(user)
  const encrypted = await world.encrypt(code, pool.id)
  const request = { type, code: encrypted, clientMetadata: clientMetadata ?? null }
  const clientId = source.endsWith('_AdminCreateUser') ? 'CLIENT_ID_NOT_APPLICABLE' : undefined
  const run = async (): Promise<void> => {
    for (const wait of [...RETRIES_AFTER_MS, undefined]) {
      const startedAt = world.now()
      const steps: JournalStep[] = []
      const failed = await callTrigger({ world, pool, client, user: copy, steps }, source, {
        request,
        ...(clientId !== undefined && { clientId }),
      }).then(
        () => undefined,
        (error: unknown) => error,
      )
      world.journal.add({
        at: new Date(startedAt).toISOString(),
        operation: source,
        userPoolId: pool.id,
        clientId: client?.id ?? null,
        userName: copy?.username ?? null,
        input: null,
        steps,
        answer: null,
        error: failed instanceof Error ? { type: failed.name, message: failed.message } : null,
        durationMs: world.now() - startedAt,
      })
      if (failed === undefined || wait === undefined) return
      await sleep(wait, undefined, { ref: false })
    }
  }
  const work = run()
  world.background.add(work)
  void work.finally(() => world.background.delete(work))
}
