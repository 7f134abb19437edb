import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PackedLibrary, packLibrary, repository } from '../support/library/pack.ts'

const SLOW = { timeout: 240_000 }
const page = await readFile(join(repository, 'docs/guides/local-pool.md'), 'utf8')

/** Returns the code block after a text of the guide. */
function findBlock(after: string): string {
  const [, block = ''] = /```\w+\n(.*?)```/s.exec(page.slice(page.indexOf(after))) ?? []
  return block
}

describe('the guide to the local user pool, followed with the packed library', () => {
  let library: PackedLibrary
  let folder: string
  let dev: ChildProcess
  let clientId: string
  let endpoint: string
  const notes: string[] = []

  const signUp = async (Username: string): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['sign-up.mjs', endpoint, clientId, Username], { cwd: folder })
    return stdout
  }
  const waitForNote = (text: string): Promise<void> =>
    expect.poll(() => notes.some((note) => note.includes(text)), { timeout: 60_000 }).toBe(true)

  beforeAll(async () => {
    library = await packLibrary(['@jridgewell/sourcemap-codec', 'dynalite', 'esbuild', 'magic-string'])
    const main = join(library.installed, 'lib/tools/cli/main.js')
    folder = join(library.folder, 'my-users')
    await promisify(execFile)(process.execPath, [main, 'init', folder, '--domain', 'example.net'], { cwd: library.folder })
    await symlink(join(library.folder, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const PATH = `${join(repository, 'node_modules/.bin')}:${process.env.PATH}`
    dev = spawn(process.execPath, [main, 'dev', '--json'], { cwd: folder, env: { ...process.env, PATH }, stdio: 'pipe' })
    if (dev.stdout === null || dev.stderr === null) throw new Error('lifeguard dev has no output')
    createInterface(dev.stderr).on('line', (line) => void notes.push(line))
    const [line] = await once(createInterface(dev.stdout), 'line')
    const printed = JSON.parse(line)
    clientId = printed.clientId
    endpoint = printed.endpoint
    await writeFile(join(folder, 'sign-up.mjs'), findBlock('Save this as `sign-up.mjs`'))
  }, SLOW.timeout)

  afterAll(async () => {
    dev.kill('SIGINT')
    await once(dev, 'exit')
    await rm(folder, { recursive: true, force: true })
    await library.remove()
  })

  it('signs one user up and refuses another, with the texts of the guide', SLOW, async () => {
    const printed = `${await signUp('mary@example.net')}${await signUp('eve@example.com')}`

    expect(printed).toBe(findBlock('node sign-up.mjs http://localhost:9229 CLIENT_ID eve@example.com\n```'))
  })

  it('decides by the changed rule without a restart', SLOW, async () => {
    const file = join(folder, 'src/pre-signup/handler.ts')
    const before = await readFile(file, 'utf8')
    const changed = before.replace('const rules: readonly Rule<PreSignUp>[] = [', "$&\n  denyEmailDomains<PreSignUp>('example.net'),")
    expect(changed).not.toBe(before)

    await writeFile(file, changed)
    await waitForNote('Reloaded after a change')

    expect(await signUp('john@example.net')).toMatch(/^UserLambdaValidationException: PreSignUp failed with error /)
  })
})
