import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Called, functionsCalled } from '../../../scripts/early/functions-called.ts'

let folder: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-called-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(code: string, environment: Readonly<Record<string, string>> = {}): Promise<Called> {
  const file = join(folder, `${randomUUID()}.mjs`)
  await writeFile(file, code)
  return functionsCalled(file, { event: '{"by":"event"}', environment })
}

/** The texts of the functions that were called. */
async function called(code: string, environment: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const started = await start(code, environment)
  if ('fault' in started) throw new Error(started.fault)
  return started.functions.map((span) => code.slice(span.start, span.end)).filter((part) => part !== code)
}

describe('functionsCalled', () => {
  it('tells what was called when the bundle was loaded, and by the event', async () => {
    const code = `const atLoad=()=>1;const byEvent=()=>2;const never=()=>3;
      atLoad();export const handler=async({by})=>{if(by==='event')byEvent();else never()}`
    const functions = await called(code)
    expect(functions).toHaveLength(3)
    expect(functions).toEqual(expect.arrayContaining(['()=>1', '()=>2', expect.stringMatching(/^async\(/)]))
  })

  it('starts it as in Lambda, with the settings that it is given, and services at hand', async () => {
    const code = `export const handler=async()=>{
      if(awslambda.streamifyResponse&&process.env.SETTING==='set')(()=>'in Lambda')();
      const headers={'x-amz-target':'DynamoDB_20120810.BatchGetItem'};
      const found=await fetch(process.env.AWS_ENDPOINT_URL,{method:'POST',headers,body:'{"RequestItems":{"blocks":{}}}'});
      if((await found.json()).Responses.blocks.length===0)(()=>'nothing found')();
      const sent=await fetch(process.env.AWS_ENDPOINT_URL,{method:'POST',body:'Action=SendEmail'});
      if(/<MessageId>/.test(await sent.text()))(()=>'sent')()}`
    expect(await called(code, { SETTING: 'set' })).toEqual(expect.arrayContaining(["()=>'in Lambda'", "()=>'nothing found'", "()=>'sent'"]))
  })

  it('finds a bundle through a link', async () => {
    await writeFile(join(folder, 'linked.mjs'), 'export const handler=()=>1')
    await symlink(join(folder, 'linked.mjs'), join(folder, 'link.mjs'))
    expect(await functionsCalled(join(folder, 'link.mjs'), { event: '{}' })).toEqual({
      functions: expect.arrayContaining([{ start: 21, end: 26 }]),
    })
  })

  it.each([
    ['fails', "throw new TypeError('no table')", 'TypeError: no table'],
    ['logs a warning', `console.log('{"level":"WARN","message":"no sender"}')`, 'it logs {"level":"WARN","message":"no sender"}'],
    ['ends its process', 'process.exit(7)', 'its process ended with 7'],
  ])('says so when the handler %s', async (_, body, fault) => {
    expect(await start(`export const handler=async()=>{${body}}`)).toEqual({ fault })
  })

  it('lets nothing out, by whatever way, and says where it was to go', async () => {
    let heard = 0
    const server = createServer((_, response) => {
      heard += 1
      response.end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = Object(server.address())
    const ways = [
      `await fetch('http://127.0.0.1:${port}').catch(()=>0)`,
      `await fetch('http://localhost:${port}').catch(()=>0)`,
      `await new Promise(done=>process.getBuiltinModule('node:http').get('http://127.0.0.1:${port}',done).on('error',done))`,
      `await new Promise(done=>process.getBuiltinModule('node:net').connect(${port}).on('connect',done).on('error',done))`,
    ]
    for (const way of ways) {
      expect(await start(`export const handler=async()=>{${way}}`)).toEqual({
        fault: expect.stringMatching(new RegExp(`^it calls .*:${port}$`)),
      })
    }
    server.close()
    expect(heard).toBe(0)
  })

  it('does not believe a start in which a call was repeated', async () => {
    const headers = '{"amz-sdk-request":"attempt=2; max=2"}'
    const code = `export const handler=()=>fetch(process.env.AWS_ENDPOINT_URL,{method:'POST',headers:${headers}})`
    expect(await start(code)).toEqual({ fault: expect.stringContaining('too busy') })
    expect(await start(code.replace('attempt=2', 'attempt=1'))).toMatchObject({ functions: expect.anything() })
  })
})
