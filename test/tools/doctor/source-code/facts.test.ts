import { transform } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSourceFacts } from '../../../../src/tools/doctor/source-code/read-facts.ts'
import { renameVariables } from './rename-variables.ts'
import { SPELLINGS } from './spellings.ts'

const CLAIMS = ['claimsOverrideDetails', 'claimsAndScopeOverrideDetails']

async function listFacts(code: string, exported: string = 'handler', file: string = 'index.js'): Promise<readonly string[]> {
  const source = await readSourceFacts(file, code, exported)
  const { takesCallback, callsRemovedMethod, removedMethod, verifiesEmail } = source
  const claims = Object.fromEntries(CLAIMS.map((name) => [name, source.writesProperty(name)]))
  const facts = { callback: takesCallback, [removedMethod ?? 'method']: callsRemovedMethod, verifies: verifiesEmail, ...claims }
  return Object.entries(facts).flatMap(([name, { kind }]) => (kind === 'no' ? [] : kind === 'yes' ? name : `unknown ${name}`))
}

describe('readSourceFacts', () => {
  it.each(SPELLINGS)('reads $facts from $code', async ({ code, exported, facts }) => {
    expect(await listFacts(code, exported)).toEqual(facts)
  })

  it.each([
    ['event.response = { claimsOverrideDetails: { claimsToSuppress: [] } }', ['claimsOverrideDetails']],
    ['event.response.claimsAndScopeOverrideDetails = {}', ['claimsAndScopeOverrideDetails']],
    [`event.response['claimsOverrideDetails'] = details()`, ['claimsOverrideDetails']],
    [`event.response = { ['claimsOverrideDetails']: details() }`, ['claimsOverrideDetails']],
    ['event.response = { claimsOverrideDetails: null }', []],
    ['event.response.claimsOverrideDetails = undefined', []],
    ['const { claimsOverrideDetails } = event.response', []],
    ['if (event.response.claimsOverrideDetails) throw new Error()', []],
    [`console.log('claimsOverrideDetails') /* claimsAndScopeOverrideDetails = {} */`, []],
  ])('reads the claims that %s writes', async (statement, facts) => {
    expect(await listFacts(`exports.handler = async (event) => { ${statement}; return event }\nconst details = () => ({})`)).toEqual(facts)
  })

  it('reads TypeScript, and returns the lines of the source', async () => {
    const code = `interface Event { response: { autoVerifyEmail?: boolean } }\n\n\nexport const handler = async (event: Event): Promise<Event> => {\n  event.response.autoVerifyEmail = true as boolean\n  return event\n}\n`

    expect(await readSourceFacts('sign-up.ts', code, 'handler')).toMatchObject({
      takesCallback: { kind: 'no' },
      verifiesEmail: { kind: 'yes', line: 5 },
    })
  })

  it.each([
    ['index.js', 'exports.handler = (event, context, callback) => {', 'the file has a syntax error: Unexpected token (1:49)'],
    ['index.ts', 'export const handler = (event: ) => {}', 'the file has a syntax error: index.ts:1:31: ERROR: Unexpected ")"'],
  ])('reads nothing from %s with a syntax error', async (file, code, reason) => {
    const unknown = { kind: 'unknown', reason }

    expect(await readSourceFacts(file, code, 'handler')).toMatchObject({
      takesCallback: unknown,
      callsRemovedMethod: unknown,
      verifiesEmail: unknown,
      syntaxError: reason,
    })
  })

  it.each([
    ['nested calls', `exports.handler = ${'f('.repeat(20_000)}${')'.repeat(20_000)}`],
    ['a chain of calls', `exports.handler = a${'.b()'.repeat(20_000)}`],
    [
      'assignments in a circle',
      `${Array.from({ length: 300 }, (_, at) => `let v${at} = v${(at + 1) % 300} ?? [() => v${at}, {}]`).join('\n')}\nexports.handler = v0`,
    ],
    [
      'objects that are copied into each other',
      `${Array.from({ length: 300 }, (_, at) => `const o${at} = { ...o${at + 1}, a: () => ${at} }`).join('\n')}\nconst o300 = { ...o0 }\nmodule.exports = o0`,
    ],
  ])('ends within seconds for %s, and claims nothing', { timeout: 60_000 }, async (_, code) => {
    expect((await listFacts(code)).filter((fact) => !fact.startsWith('unknown'))).toEqual([])
  })

  const spelling = fc.constantFrom(...SPELLINGS)
  const hidden = fc.constantFrom<(code: string) => string>(
    (code) => `// ${code.replaceAll(/[\n\r\u2028\u2029]/g, '\n// ')}`,
    (code) => `/* ${code.replaceAll('*/', '* /')} */`,
    (code) => `const text = ${JSON.stringify(code)}`,
    (code) => `const text = \`${code.replaceAll(/[\\`$]/g, '\\$&')}\``,
    (code) => `console.log(${JSON.stringify(code)}, 'autoVerifyEmail', 'claimsOverrideDetails')`,
    (code) => `const pattern = new RegExp(${JSON.stringify(code)}.slice(0, 0))`,
  )

  it('claims nothing about code in comments and strings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(spelling, hidden), { minLength: 1, maxLength: 4 }), async (parts) => {
        const texts = parts.map(([{ code }, hide], at) =>
          hide(code).replace('const text', `const text${at}`).replace('const pattern', `const pattern${at}`),
        )

        expect(await listFacts([...texts, 'exports.handler = async (event) => event'].join('\n'))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('reads the same facts if variables have other names', async () => {
    await fc.assert(
      fc.asyncProperty(spelling, fc.stringMatching(/^[a-z]{1,4}$/), async ({ code, exported, facts }, prefix) => {
        expect(await listFacts(renameVariables(code, prefix), exported)).toEqual(facts)
      }),
      { numRuns: 150 },
    )
  })

  it('reads the same facts from minified code', async () => {
    // esbuild removes the assignment that only describes the exports of a bundle, and rewrites `await` outside functions.
    for (const { code, exported, facts } of SPELLINGS.filter((each) => !each.code.includes('0 && '))) {
      const { code: minified } = await transform(code, { minify: true, treeShaking: false })

      expect(await listFacts(minified, exported), minified).toEqual(facts)
    }
  })
})
