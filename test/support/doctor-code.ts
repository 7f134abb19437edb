import { examine } from '../../src/tools/doctor/examine.ts'
import type { Judged } from '../../src/tools/doctor/finding.ts'
import { loadCode } from '../../src/tools/doctor/load-code.ts'
import { readTemplate, type Template } from '../../src/tools/project/template.ts'

/** A function of a template, with other properties beside those that doctor accepts. */
export interface TestFunction {
  readonly properties: Readonly<Record<string, unknown>>
  readonly metadata?: Readonly<Record<string, unknown>>
  /** The properties of the user pool. */
  readonly pool?: Readonly<Record<string, unknown>>
  /** The key of the pool's LambdaConfig; PreSignUp by default. */
  readonly trigger?: string
}

/** Creates a template with a function and a user pool that calls the function. Doctor finds nothing in its settings. */
export function createFunctionTemplate({ properties, metadata = {}, pool = {}, trigger = 'PreSignUp' }: TestFunction): Template {
  const settings = { Runtime: 'nodejs24.x', MemorySize: 512, Timeout: 5, Role: 'arn:aws:iam::111122223333:role/sign-up' }
  const arn = { 'Fn::GetAtt': ['SignUp', 'Arn'] }
  const source = { 'Fn::GetAtt': ['Pool', 'Arn'] }
  const permission = { Action: 'lambda:InvokeFunction', FunctionName: arn, Principal: 'cognito-idp.amazonaws.com', SourceArn: source }
  const Resources = {
    SignUp: { Type: 'AWS::Lambda::Function', Properties: { ...settings, ...properties }, Metadata: metadata },
    Pool: { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig: { [trigger]: arn }, ...pool } },
    Permission: { Type: 'AWS::Lambda::Permission', Properties: permission },
  }
  return readTemplate('template.json', JSON.stringify({ Resources }))
}

/** Runs doctor on a template with one function, without loading the handler unless `load` is true. */
export async function examineFunction(given: TestFunction, folder: string, load: boolean = false): Promise<Judged> {
  const template = createFunctionTemplate(given)
  return examine({ template, codes: await loadCode(template, { folder, load }), today: new Date('2026-12-01') })
}

/** Returns the codes of findings, in order. */
export function listCodes({ findings }: Judged): readonly string[] {
  return findings.map(({ code }) => code)
}
