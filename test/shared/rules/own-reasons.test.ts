import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { OWN_REASONS } from '../../../src/shared/rules/personal.ts'

/** Returns the code of a file without its comments, because the reasons in their examples are not reasons of this package. */
const readCode = (file: string): string => readFileSync(file, 'utf8').replace(/^\s*\*.*$/gm, '')

it("every reason in the sources of src is listed in OWN_REASONS, or in the option 'reasons' of a rule in its folder", async () => {
  const found = new Set<string>()
  const undeclared = new Set<string>()
  const files: string[] = []
  for await (const file of glob('src/!(tools|esbuild)/**/*.ts')) files.push(file)
  const declaredIn = Map.groupBy(
    files.flatMap((file) =>
      [...readCode(file).matchAll(/\b(?:reasons:|REASONS\b[^=\n]*=) \[([^\]]*)\]/g)].map(([, list = '']) => ({ file, list })),
    ),
    ({ file }) => dirname(file),
  )
  for (const file of files) {
    const code = readCode(file)
    const pattern = /\b(?:skip|deny|refuse)\('([\w-]+)'|\brespond(?:<\w+>)?\(\w+, '([\w-]+)'|\b(?:readonly code =|reason:) '([\w-]+)'/g
    const declared = (declaredIn.get(dirname(file)) ?? []).map(({ list }) => list).join()
    for (const [, outcome, answered, code_] of code.matchAll(pattern)) {
      const reason = outcome ?? answered ?? code_ ?? ''
      found.add(reason)
      if (!OWN_REASONS.has(reason) && !declared.includes(`'${reason}'`)) undeclared.add(`${file}: ${reason}`)
    }
  }
  expect(found.size).toBeGreaterThan(20)
  expect([...undeclared], "declare them with the rule's option 'reasons'").toEqual([])
})
