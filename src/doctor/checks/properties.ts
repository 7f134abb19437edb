import { isRecord } from '../../replay/handler-log.ts'
import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'
import { judgeProperties, MOST_WRONG, take, type Wrong } from '../spec/judge-value.ts'
import type { Spec } from '../spec/spec.ts'
import type { Resource } from '../template.ts'

const CODES = { unknown: 'LG501', type: 'LG502', missing: 'LG503' } as const

// These leave the resources that are not their own as they are, or work by functions, which are not judged.
const HARMLESS_MACROS = /^AWS::(?:Serverless|LanguageExtensions|CodeDeployBlueGreen|SecretsManager-\d|Include)/

// A path in place of the map, until `aws cloudformation package` or `sam package` has put the file into a bucket.
const LOCAL_FILES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'Properties.Code',
  'AWS::Lambda::LayerVersion': 'Properties.Content',
  'AWS::ApiGateway::RestApi': 'Properties.BodyS3Location',
  'AWS::ElasticBeanstalk::ApplicationVersion': 'Properties.SourceBundle',
  'AWS::StepFunctions::StateMachine': 'Properties.DefinitionS3Location',
  'AWS::CloudFormation::ResourceVersion': 'Properties.SchemaHandlerPackage',
  'AWS::CodeCommit::Repository': 'Properties.Code.S3',
}

/** LG501, LG502 and LG503: names and types of the properties of every resource, by AWS's own description of its type. */
export function checkProperties({ template, spec }: Subject): Judged {
  const strange = template.macros.filter((name) => !HARMLESS_MACROS.test(name))
  if (strange.length > 0)
    return { findings: [], unknown: [`the properties of resources, which the macro ${strange.join(', ')} may change`] }
  const parts = [...template.declared.values()].filter(isDescribed).map((resource) => judged(resource, spec))
  return { findings: parts.flatMap(({ findings }) => findings), unknown: parts.flatMap(({ unknown }) => unknown) }
}

/** A custom resource takes whatever its function reads; the CDK's metadata is nothing that is made. */
function isDescribed({ type }: Resource): boolean {
  return !type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource' && type !== 'AWS::CDK::Metadata'
}

function judged({ id, type, properties }: Resource, spec: Spec): Judged {
  // What is known of SAM's own types is too old to tell what they do not have.
  const shape = type.startsWith('AWS::Serverless::') ? undefined : spec.shapeOf(type)
  if (shape === undefined)
    return { findings: [], unknown: [`the properties of ${type}, a type that AWS's specification does not describe in full`] }
  const found = take(judgeProperties(properties, shape, ['Properties']), MOST_WRONG + 1)
  const wrong = found.slice(0, MOST_WRONG).filter((each) => !isLocalFile(type, each, properties))
  const more = found.length > MOST_WRONG ? [`more of the properties of ${id}: the first ${MOST_WRONG} findings about them are listed`] : []
  return { findings: wrong.map((each) => findingOf(id, type, each)), unknown: more }
}

function isLocalFile(type: string, { kind, path }: Wrong, properties: Readonly<Record<string, unknown>>): boolean {
  if (kind !== 'type' || path.join('.') !== LOCAL_FILES[type]) return false
  const value = path.slice(1).reduce((within: unknown, name) => (isRecord(within) ? within[name] : undefined), properties)
  return typeof value === 'string'
}

function findingOf(id: string, type: string, { kind, path, said }: Wrong): Finding {
  const name = path.slice(1).join('.')
  const messages = {
    unknown: `${type} has no property ${name}${said}`,
    type: `${name} of ${type} ${said}`,
    missing: name === '' ? `${type} requires ${said}` : `${name} of ${type} requires ${said}`,
  }
  return { code: CODES[kind], resource: id, path, message: messages[kind] }
}
