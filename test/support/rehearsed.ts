import { expect, vi } from 'vitest'
import { endpointEnvironment, stubEnvironment } from './environment.ts'
import { startTroubledService } from './troubled-service.ts'

/** The request that a warm-up sends: unsigned, and without an operation. */
const NOTHING = { method: 'GET', url: '/', body: '', operation: undefined, authorization: undefined }

/**
 * Loads a handler as in Lambda, and waits until the handler's warm-up against a fake service is over.
 *
 * @param load Imports the handler.
 * @param connections The expected number of connections.
 * @returns The handler's standard output.
 */
export async function rehearsed(
  load: () => Promise<unknown>,
  environment: Readonly<Record<string, string>>,
  connections: number,
): Promise<string> {
  const asked: (typeof NOTHING | object)[] = []
  const ports = new Set<number | undefined>()
  const service = await startTroubledService(({ body, request, response }) => {
    const { method, url, headers, socket } = request
    asked.push({ method, url, body, operation: headers['x-amz-target'], authorization: headers.authorization })
    ports.add(socket.remotePort)
    response.end('healthy')
  })
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    stubEnvironment({ ...endpointEnvironment({ dynamodb: service.endpoint, ses: service.endpoint }), ...environment })
    vi.stubGlobal('awslambda', { streamifyResponse: () => undefined })
    await load()
    let before = -1
    await vi.waitFor(
      () => {
        const now = asked.length
        const settled = now > connections && now === before
        before = now
        expect(settled).toBe(true)
      },
      { interval: 200, timeout: 5000 },
    )
    for (const each of asked) expect(each).toEqual(NOTHING)
    expect(ports.size).toBe(connections)
    return written.join('')
  } finally {
    spy.mockRestore()
    vi.unstubAllGlobals()
    await service.stop()
  }
}
