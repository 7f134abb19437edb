// Attaches functions to the pool in the cases that the framework's event `cognitoUserPool` does not support.
const { userError } = require('./handlers.cjs')

// The triggers whose event version the framework cannot set, with the versions of each. Cognito sends V1_0 unless LambdaConfig has
// another version.
const VERSIONS = { PreTokenGeneration: ['V1_0', 'V2_0', 'V3_0'], InboundFederation: ['V1_0'] }

/** Returns the permission that lets this pool alone call a function. Without the permission, users get an error from Cognito. */
exports.createPermission = createPermission
function createPermission({ id }) {
  return {
    [`${id}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: toArn(id),
        Action: 'lambda:InvokeFunction',
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: '${self:custom.userPoolArn}',
      },
    },
  }
}

/**
 * Returns the changes to the stack's own pool that the framework cannot make: the event versions of `custom.lambdaVersions`, and
 * InboundFederation, which the framework rejects as an event.
 */
exports.createPoolChanges = ({ functions, userPoolArn }) => {
  const LambdaConfig = {}
  const permissions = {}
  for (const lambda of functions) {
    const { id, trigger } = lambda
    const version = findVersion(lambda)
    // Adds PreTokenGenerationConfig beside the framework's entry PreTokenGeneration, because Cognito requires the same function in
    // both entries.
    if (trigger === 'PreTokenGeneration' && version !== 'V1_0')
      LambdaConfig.PreTokenGenerationConfig = { LambdaArn: toArn(id), LambdaVersion: version }
    if (trigger === 'InboundFederation') {
      LambdaConfig.InboundFederation = { LambdaArn: toArn(id), LambdaVersion: version }
      Object.assign(permissions, createPermission(lambda))
    }
  }
  if (Object.keys(LambdaConfig).length === 0) return {}
  const [pool] = userPoolArn['Fn::GetAtt']
  return { [pool]: { Properties: { LambdaConfig } }, ...permissions }
}

/**
 * Returns the output with the command that attaches the functions to an existing pool. Run the command with credentials that may
 * update the pool.
 */
exports.createAttachCommand = ({ functions }) => {
  const attached = functions
    .filter(({ trigger }) => trigger !== undefined)
    .map((lambda) => {
      const version = findVersion(lambda)
      return `--function ${lambda.trigger}${version === 'V1_0' ? '' : `@${version}`}=\${${lambda.id}LambdaFunction.Arn}`
    })
  const [key] = functions.flatMap(({ pool }) => (typeof pool?.kmsKeyId === 'string' ? `--kms-key ${pool.kmsKeyId}` : []))
  const words = ['npx lifeguard attach --pool ${self:custom.userPoolId} --region ${AWS::Region}', ...attached, ...(key ? [key] : [])]
  return { AttachCommand: { Value: { 'Fn::Sub': words.join(' ') } } }
}

function findVersion({ name, trigger, version = 'V1_0', versions = [] }) {
  const known = VERSIONS[trigger] ?? ['V1_0']
  if (!known.includes(version))
    throw userError(`custom.lambdaVersions.${name}: ${trigger} has no version ${version}; expected ${known.join(' or ')}`)
  // Versions sort as text, because they have one digit. A lower version cannot carry the rule's answer, so Cognito would issue no tokens.
  const [later] = versions.filter((each) => each.version > version)
  if (later === undefined) return version
  throw userError(`custom.lambdaVersions.${name} is ${version}; the rule ${later.rule} needs ${later.version}`)
}

function toArn(id) {
  return { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] }
}
