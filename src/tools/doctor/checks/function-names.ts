import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { isKnown, symbolic } from '../symbolic.ts'
import { ofType } from '../template.ts'

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const LONGEST = 64

/** LG107: names that the Serverless Framework makes of service, stage and function, which no tool measures before AWS does. */
export function checkFunctionNames({ template }: Subject): Judged {
  const findings = ofType(template, 'AWS::Lambda::Function').flatMap(({ id, properties }): readonly Finding[] => {
    const name = symbolic(properties.FunctionName)
    if (name === undefined || !isKnown(name) || name.length <= LONGEST) return []
    const message = `The name of ${id} has ${name.length} characters, and Lambda takes ${LONGEST}`
    return [{ code: 'LG107', resource: id, path: ['Properties', 'FunctionName'], message }]
  })
  return { findings, unknown: [] }
}
