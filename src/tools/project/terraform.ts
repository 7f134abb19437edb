import { isObject } from '../../shared/rules/invocation.ts'
import type { Resource } from './template.ts'
import { TERRAFORM_TYPES } from './terraform-types.ts'
import { createTerraformResolver, type Instance, listInstances, toId } from './terraform-values.ts'

/** Returns true for the output of `terraform show -json`, for a plan or a state. */
export function isTerraform(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.format_version === 'string' && (isObject(value.planned_values) || isObject(value.values))
}

/**
 * Converts the resources of a Terraform plan or state that concern user pools to resources of CloudFormation. A value that Terraform
 * knows only after it is applied becomes a reference if its expression names one resource, and is unknown otherwise.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function readTerraform(plan: Readonly<Record<string, unknown>>): ReadonlyMap<string, Resource> {
  const instances = listInstances(plan)
  const resolve = createTerraformResolver(plan, instances)
  const archives = listArchives(plan)
  const resources = new Map<string, Resource>()
  const attachments: Readonly<Record<string, unknown>>[] = []
  for (const instance of instances) {
    const values = resolve(instance)
    if (instance.type === 'aws_iam_role_policy_attachment' || instance.type === 'aws_iam_policy_attachment') attachments.push(values)
    const convert = Object.hasOwn(TERRAFORM_TYPES, instance.type) ? TERRAFORM_TYPES[instance.type] : undefined
    if (convert === undefined) continue
    const { type, properties } = convert(values)
    const id = toId(instance.address)
    const uri = instance.type === 'aws_lambda_function' ? archives.get(String(values.filename)) : undefined
    const code = uri === undefined ? {} : { Code: { CodeUri: uri } }
    add(resources, id, type, { ...properties, ...code })
    // `qualified_arn` of a function that publishes versions names its newest version.
    if (values.publish === true) add(resources, `${id}/version`, 'AWS::Lambda::Version', { FunctionName: { Ref: id } })
  }
  for (const attachment of attachments) attachPolicy(resources, attachment)
  return resources
}

function add(resources: Map<string, Resource>, id: string, type: string, all: Readonly<Record<string, unknown>>): void {
  const properties = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null))
  resources.set(id, { id, type, properties, dependsOn: [], metadata: {}, conditional: false })
}

/** Returns the folders of the files in zip archives, by the path of the archive. Terraform's archive_file lists them. */
function listArchives({ prior_state: prior, values }: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const instances: readonly Instance[] = listInstances({ values: isObject(prior) ? prior.values : values })
  return new Map(
    instances.flatMap(({ type, values: { output_path: path, source_dir: folder, source_file: file } }) => {
      const source = typeof folder === 'string' ? folder : typeof file === 'string' ? file.replace(/[^/\\]*$/, '.') : undefined
      return type === 'archive_file' && typeof path === 'string' && source !== undefined ? [[path, source] as const] : []
    }),
  )
}

/** Adds an attached policy to its role; to every role if the role is known only after Terraform is applied. */
function attachPolicy(resources: Map<string, Resource>, { role, roles, policy_arn: arn }: Readonly<Record<string, unknown>>): void {
  const named: readonly unknown[] = Array.isArray(roles) ? roles : [role ?? roles]
  for (const resource of resources.values()) {
    if (resource.type !== 'AWS::IAM::Role') continue
    const { RoleName, ManagedPolicyArns } = resource.properties
    const isFor = named.some((each) => (isObject(each) ? (each.Ref ?? resource.id) === resource.id : each === RoleName))
    if (!isFor) continue
    const arns: readonly unknown[] = Array.isArray(ManagedPolicyArns) ? ManagedPolicyArns : []
    resources.set(resource.id, { ...resource, properties: { ...resource.properties, ManagedPolicyArns: [...arns, arn] } })
  }
}
