import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

const program = `
import { allow, chain, defineRule, done } from '${resolve('src/index.ts')}'

import { type PreSignUp, preSignUp } from '${resolve('src/pre-signup/index.ts')}'
import { type PreAuthentication, preAuthentication } from '${resolve('src/pre-auth/index.ts')}'
import { type PostAuthentication, postAuthentication } from '${resolve('src/post-auth/index.ts')}'
import { type PostConfirmation, postConfirmation } from '${resolve('src/post-confirmation/index.ts')}'

const signUp = defineRule<PreSignUp>('sign-up', () => allow())
const signIn = defineRule<PreAuthentication>('sign-in', () => allow())
const signedIn = defineRule<PostAuthentication>('signed-in', () => done())
const confirmed = defineRule<PostConfirmation>('confirmed', () => done())

preSignUp(signIn)
preAuthentication(signUp)
preSignUp(confirmed)
postConfirmation(signUp)
postConfirmation(signedIn)
postAuthentication(confirmed)
chain(signUp, signIn)
`

it('each compiler message about a rule of the wrong trigger ends with the names of both triggers', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-types-'))
  try {
    const compilerOptions = { types: [], noEmit: true, rewriteRelativeImportExtensions: false }
    const extended = { extends: resolve('tsconfig.json'), compilerOptions, include: [join(folder, 'program.ts')], exclude: [] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(extended))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'program.ts'), program)

    const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']
    const stdout = await run(process.execPath, tsc).then(
      (ended) => ended.stdout,
      (failed) => String(failed.stdout),
    )

    const messages = stdout.split(/^(?=\S)/m).filter((message) => message.includes('program.ts('))
    expect(messages.map((message) => message.trim().split('\n').at(-1)?.trim())).toEqual([
      `Type '"PreSignUp"' is not assignable to type '"PreAuthentication"'.`,
      `Type '"PreAuthentication"' is not assignable to type '"PreSignUp"'.`,
      `Property 'works' is missing in type 'PreSignUp' but required in type 'PostConfirmation'.`,
      `Type 'PostConfirmation' is missing the following properties from type 'PreSignUp': refuses, approves`,
      `Type '"PostConfirmation"' is not assignable to type '"PostAuthentication"'.`,
      `Type '"PostAuthentication"' is not assignable to type '"PostConfirmation"'.`,
      `Type '"PreSignUp"' is not assignable to type '"PreAuthentication"'.`,
    ])
    expect(stdout).not.toContain('userAttributes')
  } finally {
    await rm(folder, { recursive: true })
  }
})
