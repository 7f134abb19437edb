import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { repository } from '../support/built.ts'

it('the compiled checks in the sources are those that their schemas make', async () => {
  const args = [join(repository, 'scripts/compile-checks.ts'), '--check']
  await expect(promisify(execFile)(process.execPath, args, { cwd: repository })).resolves.toMatchObject({ stderr: '' })
})
