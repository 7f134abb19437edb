import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { OWN_REASONS } from '../../../src/shared/rules/personal.ts'

it("every reason in the sources of src is listed in OWN_REASONS, or in the option 'reasons' of its rule", async () => {
  const found = new Set<string>()
  const undeclared = new Set<string>()
  for await (const file of glob('src/!(tools|esbuild)/**/*.ts')) {
    // Skip comments, because the reasons in their examples are not reasons of this package.
    const code = readFileSync(file, 'utf8').replace(/^\s*\*.*$/gm, '')
    const pattern = /\b(?:skip|deny|refuse)\('([\w-]+)'|\brespond(?:<\w+>)?\(\w+, '([\w-]+)'|\b(?:readonly code =|reason:) '([\w-]+)'/g
    const declared = /\breasons: \[([^\]]*)\]/.exec(code)?.[1] ?? ''
    for (const [, outcome, answered, code_] of code.matchAll(pattern)) {
      const reason = outcome ?? answered ?? code_ ?? ''
      found.add(reason)
      if (!OWN_REASONS.has(reason) && !declared.includes(`'${reason}'`)) undeclared.add(`${file}: ${reason}`)
    }
  }
  expect(found.size).toBeGreaterThan(20)
  expect([...undeclared], "declare them with the rule's option 'reasons'").toEqual([])
})
