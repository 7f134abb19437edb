import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionsCalled } from '../../../scripts/early/functions-called.ts'

let folder: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-called-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function called(code: string, environment: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`)
  await writeFile(file, code)
  const spans = await functionsCalled(file, { event: '{"by":"event"}', environment })
  return spans.map(({ start, end }) => code.slice(start, end)).filter((part) => part !== code)
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

  it('fails with what the handler says when it fails, or complains', async () => {
    await expect(called("export const handler=()=>{throw new Error('no table')}")).rejects.toThrow('no table')
    const complaining = `export const handler=()=>console.log('{"level":"ERROR","message":"no sender"}')`
    await expect(called(complaining)).rejects.toThrow('no sender')
  })
})
