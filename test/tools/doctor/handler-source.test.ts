import { describe, expect, it } from 'vitest'
import { createFolder } from '../../support/cli/lifeguard.ts'
import { examineFunction, listCodes } from '../../support/doctor-code.ts'

const ALIASES = { AliasAttributes: ['email'] }

const COMMENTED = `// The old one:\n//   event.response.autoVerifyEmail = true\n//   context.done(null, event)\nexports.handler = async (event) => event\n`
const IN_A_STRING = `const advice = 'never call context.done() here'\nexports.handler = async (event) => {\n  console.log(advice)\n  return event\n}\n`
const OWN_OBJECT = 'const context = { done: (value) => value }\nexports.handler = async (event) => context.done(event)\n'
const BRACKET = `exports.handler = async (event) => {\n  event.response['autoVerifyEmail'] = true\n  return event\n}\n`

describe("doctor with a handler file that is not Lifeguard's", () => {
  it.each<[string, string, readonly string[]]>([
    ['code in comments', COMMENTED, []],
    ['a method name in a string', IN_A_STRING, []],
    ['an object of its own with a method done', OWN_OBJECT, []],
    ['a bracket', BRACKET, ['LG401']],
    ['a context of another name', 'exports.handler = function (event, ctx) {\n  ctx.done(null, event)\n}\n', ['LG105']],
    ['a destructured context', 'exports.handler = function (event, { done }) {\n  done(null, event)\n}\n', ['LG105']],
  ])('judges a handler with %s by its syntax', async (_, code, codes) => {
    const folder = await createFolder({ 'sign-up.cjs': code })
    const properties = { Handler: 'sign-up.handler', Code: { CodeUri: '.' } }

    expect(listCodes(await examineFunction({ properties, pool: ALIASES }, folder))).toEqual(codes)
  })

  it('names the file and line of the code that causes a finding', async () => {
    const folder = await createFolder({ 'src/sign-up.js': `exports.handler = (event, context) => {\n  context.done(null, event)\n}\n` })
    const { findings } = await examineFunction({ properties: { Handler: 'src/sign-up.handler', Code: { CodeUri: '.' } } }, folder)

    expect(findings.map(({ message }) => message)).toEqual([
      'The handler of SignUp calls context.done (src/sign-up.js, line 2), which nodejs24.x does not have',
    ])
  })

  it('lists a handler whose file cannot be parsed as not checked', async () => {
    const folder = await createFolder({ 'index.js': 'exports.handler = (event, context, callback) => {' })
    const properties = { Handler: 'index.handler', Code: { CodeUri: '.' } }
    const judged = await examineFunction({ properties, pool: ALIASES }, folder)

    expect(judged.findings).toEqual([])
    expect(judged.unknown).toContain('the code of SignUp: the file has a syntax error: Unexpected token (1:49)')
    expect(judged.unknown).toContain('the verification of emails by SignUp: the file has a syntax error: Unexpected token (1:49)')
  })

  it.each(['V1_0', 'V2_0'])('does not report claims in comments and strings for %s events', async (version) => {
    const code = `// claimsAndScopeOverrideDetails\nexports.handler = async (event) => { console.log('claimsOverrideDetails'); return event }`
    const config = { LambdaArn: { 'Fn::GetAtt': ['SignUp', 'Arn'] }, LambdaVersion: version }
    const pool = { LambdaConfig: { PreTokenGenerationConfig: config } }

    expect(listCodes(await examineFunction({ properties: { Handler: 'index.handler', Code: { ZipFile: code } }, pool }, '.'))).toEqual([])
  })
})

describe('doctor with a handler inline in the template', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['a callback', 'index.handler', 'exports.handler = (event, context, callback) => { callback(null, event) }', ['LG104']],
    [
      'three names in a destructured parameter',
      'index.handler',
      'exports.handler = async ({ request: { userAttributes, clientMetadata, validationData } }, context) => ({})',
      [],
    ],
    [
      'a callback in a comment',
      'index.handler',
      '// exports.handler = (event, context, callback) => callback(null, event)\nexports.handler = async (event) => event\n',
      [],
    ],
    [
      'a callback in an export of another name',
      'index.preSignUp',
      'exports.preSignUp = (event, context, callback) => { callback(null, event) }',
      ['LG104'],
    ],
    [
      'a callback in a function that is assigned to the export',
      'index.handler',
      'const main = (event, context, callback) => { callback(null, event) }\nexports.handler = main\n',
      ['LG104'],
    ],
  ])('judges code with %s by its syntax', async (_, Handler, ZipFile, codes) => {
    expect(listCodes(await examineFunction({ properties: { Handler, Code: { ZipFile } } }, '.'))).toEqual(codes)
  })
})
