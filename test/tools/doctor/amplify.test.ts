import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

describe('examine of a template of Amplify Gen 1', () => {
  it.each([
    [
      'of a user pool with its triggers as parameters',
      'amplify-auth.json',
      [
        'the function for PreSignUp: LambdaConfig.PreSignUp of UserPool is known only at deployment',
        'the function for PostConfirmation: LambdaConfig.PostConfirmation of UserPool is known only at deployment',
      ],
    ],
    [
      'of the custom resource for triggers',
      'amplify-triggers.json',
      [
        'the function for PreSignUp: lambdaConfig.0 of CustomAuthTriggerResource is known only at deployment',
        'FunctionName of UserPoolPreSignupLambdaInvokePermission: the value is known only at deployment',
      ],
    ],
    [
      'of a trigger function',
      'amplify-function.json',
      [
        'the calls of LambdaFunction for PreSignUp: the user pool is not in this template',
        'the lengths of the names of LambdaFunction: the names are known only at deployment',
      ],
    ],
  ])('finds nothing in the template %s, and lists it as not checked', async (_, file, lines) => {
    const { findings, unknown } = await examineText(await patchTemplate(file))

    expect(findings).toEqual([])
    for (const line of lines) expect(unknown).toContain(line)
  })
})
