import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { packageService } from '../../../src/tools/project/framework.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

it('does not wait for a background process of osls that keeps the output open', async () => {
  const osls = `
    const { spawn } = require('node:child_process')
    const { writeFileSync } = require('node:fs')
    const child = spawn('sleep', ['30'], { stdio: 'inherit', detached: true })
    child.unref()
    writeFileSync('pid', String(child.pid))
    writeFileSync(process.argv.at(-1) + '/cloudformation-template-update-stack.json', '{}')
  `
  const folder = await createFolder({ 'node_modules/osls/package.json': {}, 'node_modules/osls/bin/serverless.js': osls })
  const options = { environment: { PATH: process.env.PATH }, onNote: () => undefined, signal: new AbortController().signal }
  onTestFinished(async () => void process.kill(Number(await readFile(join(folder, 'pid'), 'utf8'))))

  const template = await Promise.race([packageService(join(folder, 'serverless.yml'), options), late(10_000)])

  expect(template).toBe('{}')
})

function late(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'late').unref())
}
