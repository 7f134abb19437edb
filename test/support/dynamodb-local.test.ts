import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { hasJava, startDynamoDbLocal } from './dynamodb-local.ts'

const isUp = (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    (response) => response.arrayBuffer().then(() => true),
    () => false,
  )

describe.skipIf(!hasJava())('DynamoDB Local', () => {
  it('stops DynamoDB Local when stop is called', async () => {
    const service = await startDynamoDbLocal()
    expect(await isUp(service.endpoint)).toBe(true)
    await Promise.all([service.stop(), service.stop()])
    expect(await isUp(service.endpoint)).toBe(false)
  }, 90_000)

  it('stops DynamoDB Local when the process that started it is killed', async () => {
    const module = new URL('./dynamodb-local.ts', import.meta.url)
    const program = `const { startDynamoDbLocal } = await import('${module}'); console.log((await startDynamoDbLocal()).endpoint); setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line]: unknown[] = await once(owner.stdout, 'data')
    const endpoint = `${line}`.trim()
    expect(await isUp(endpoint)).toBe(true)
    owner.kill('SIGKILL')
    await expect.poll(() => isUp(endpoint), { timeout: 10_000 }).toBe(false)
  }, 90_000)
})
