import { describe, expect, it } from 'vitest'
import { buildEnvironment } from '../../../src/tools/doctor/build-environment.ts'
import { isCertain } from '../../../src/tools/doctor/start-errors.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'
import { createFunctionTemplate, examineFunction } from '../../support/doctor-code.ts'

const CURRENT = `nodejs${process.versions.node.split('.')[0]}.x`

function judge(
  error: Error | { readonly name: string; readonly message: string },
  properties: Readonly<Record<string, unknown>> = {},
): boolean {
  const template = createFunctionTemplate({ properties: { Runtime: CURRENT, ...properties } })
  const lambda = template.resources.get('SignUp')
  if (lambda === undefined) throw new Error('The template has no function')
  return isCertain(error, buildEnvironment(lambda, template))
}

const variables = (Variables: object): Readonly<Record<string, unknown>> => ({ Environment: { Variables } })

describe('isCertain', () => {
  it.each([
    new Error('No such thing'),
    new TypeError("Cannot read properties of undefined (reading 'split')"),
    new ReferenceError('handel is not defined'),
    { name: 'Runtime.HandlerNotFound', message: "The file exports no function 'handler'" },
    { name: 'Runtime.UserCodeSyntaxError', message: `SyntaxError: Expected property name or '}' in JSON at position 1` },
    { name: 'Error', message: 'Invalid settings in the environment:\n  ALLOWED_EMAIL_DOMAINS is missing; expected email domains' },
  ])('returns true for an error that Lambda has too: %s', (error) => {
    expect(judge(error)).toBe(true)
  })

  it.each([
    new Error("ENOENT: no such file or directory, open '/opt/config.json'"),
    new Error("Cannot find module 'sharp'"),
    new Error('connect ECONNREFUSED 127.0.0.1:9'),
    new TypeError('fetch failed'),
    new Error('Could not load credentials from any providers'),
    new Error('AWS_LAMBDA_FUNCTION_NAME is not set'),
    new Error('/var/task/node_modules/x/build/x.node: invalid ELF header'),
    { name: 'Runtime.UserCodeSyntaxError', message: 'SyntaxError: Cannot use import statement outside a module' },
    new ReferenceError('require is not defined in ES module scope, you can use import instead'),
    { name: 'ResourceNotFoundException', message: 'Requested resource not found' },
  ])('returns false for an error that this machine may cause: %s', (error) => {
    expect(judge(error)).toBe(false)
  })

  it.each<[string, Error, Readonly<Record<string, unknown>>]>([
    ['a layer may set variables', new Error('STAGE is not set'), { Layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:settings:1'] }],
    ['a wrapper may set variables', new Error('STAGE is not set'), variables({ AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' })],
    ['the environment is known only at deployment', new Error('STAGE is not set'), { Environment: { 'Fn::If': ['IsProd', {}, {}] } }],
    ['a variable is known only at deployment', new Error('No such thing'), variables({ STAGE: { Ref: 'Stage' } })],
    [
      'another version of Node may have the syntax',
      Object.assign(new Error('SyntaxError: Unexpected token'), { name: 'Runtime.UserCodeSyntaxError' }),
      { Runtime: 'nodejs20.x' },
    ],
    ['another version of Node may have the function', new TypeError('Iterator.from is not a function'), { Runtime: 'nodejs20.x' }],
  ])('returns false if %s', (_, error, properties) => {
    expect(judge(error, properties)).toBe(false)
  })

  it('returns true for a missing setting that the template does not set, although another variable is known only at deployment', () => {
    const error = new Error('Invalid settings in the environment:\n  ALLOWED_EMAIL_DOMAINS is missing; expected email domains')

    expect(judge(error, variables({ TABLE: { Ref: 'Parameter' } }))).toBe(true)
    expect(judge(error, variables({ ALLOWED_EMAIL_DOMAINS: { Ref: 'Parameter' } }))).toBe(false)
  })
})

describe('doctor with a handler that does not start', () => {
  it.each([
    ['a syntax error', 'exports.handler = async (event) => {', 'the file has a syntax error: Unexpected token (1:36)'],
    ['an error at its top level', `throw new TypeError('No such thing')`, 'No such thing'],
    ['no export of the name', 'exports.handel = async (event) => event', "The file exports no function 'handler'"],
  ])('reports a handler with %s', async (_, code, reason) => {
    const folder = await createFolder({ 'index.cjs': code })
    const { findings } = await examineFunction({ properties: { Handler: 'index.handler', Code: { CodeUri: '.' } } }, folder, true)

    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([`LG108 The handler of SignUp does not start: ${reason}`])
  })
})
