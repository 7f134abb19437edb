import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { sample } from '../support/fidelity/deployed.ts'
import { startSandbox } from '../support/fidelity/sandbox.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'

/** An environment variable that stops the runtime client from defining its global `awslambda`. */
const WITHOUT_GLOBAL = { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: 'true' }

underRuntimeClient('detection of Lambda', (client) => {
  let folder: string
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-environment-')))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const toSourceUrl = (path: string): string => JSON.stringify(pathToFileURL(join(repository, 'src', path)).href)

  /** Returns the lines that a handler prints while it is loaded and invoked twice. */
  async function printed(source: string, environment: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const file = join(folder, 'handler.js')
    await writeFile(file, source)
    const sandbox = await startSandbox({ client, file, environment })
    const event = await sample('pre-signup/sign-up-mary')
    for (let time = 0; time < 2; time++) await sandbox.invoke(event)
    return (await sandbox.stop()).stdout.trimEnd().split('\n')
  }

  describe('isLambda', () => {
    const source = `
      import { isLambda } from ${toSourceUrl('shared/lambda/settings.ts')}
      process.stdout.write(typeof globalThis.awslambda?.streamifyResponse + ' ' + isLambda() + '\\n')
      export const handler = async (event) => event`

    it('returns true while a handler is loaded, because the runtime client has already defined `awslambda`', async () => {
      expect(await printed(source)).toEqual(['function true'])
    })

    it('returns false if an environment variable disables the global `awslambda`', async () => {
      expect(await printed(source, WITHOUT_GLOBAL)).toEqual(['undefined false'])
    })
  })

  describe('the deadline', () => {
    // This clock always reads 1500 ms, so the cold start took 1.5 s. Every deadline expires at once.
    const source = `
      import { preSignUp } from ${toSourceUrl('pre-signup/trigger.ts')}
      import { defineRule } from ${toSourceUrl('shared/rules/rule.ts')}
      const clock = {
        now: () => 1500,
        after: (ms, callback) => {
          process.stdout.write('deadline ' + ms + '\\n')
          setImmediate(callback)
          return () => undefined
        },
      }
      const hang = defineRule('hang', () => new Promise(() => undefined), { can: ['deny'] })
      export const handler = preSignUp({ clock, write: () => undefined }, hang)`

    const deadlines = async (environment = {}): Promise<readonly string[]> =>
      (await printed(source, environment)).filter((line) => line.startsWith('deadline'))

    it('subtracts the cold start from the deadline of the first invocation only', async () => {
      expect(await deadlines()).toEqual(['deadline 2500', 'deadline 4000'])
    })

    it('does not subtract the cold start from the deadline if Lambda cannot be detected', async () => {
      expect(await deadlines(WITHOUT_GLOBAL)).toEqual(['deadline 4000', 'deadline 4000'])
    })
  })
})
