// Lets the pool call the functions, as far as the framework's event `cognitoUserPool` does not.
const { userError } = require('./handlers.cjs')

// The triggers whose event has versions that the framework does not take. Cognito sends V1_0 unless LambdaConfig says otherwise.
const VERSIONS = { PreTokenGeneration: ['V1_0', 'V2_0', 'V3_0'], InboundFederation: ['V1_0'] }

/** Returns the permission for the pool, and no other one, to call a function. Without it Cognito only shows users an error. */
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
 * Returns what the framework leaves out of a pool that this stack makes: the versions of `custom.lambdaVersions`, and
 * InboundFederation, which the framework refuses as an event.
 */
exports.createPoolChanges = ({ functions, userPoolArn }) => {
  const LambdaConfig = {}
  const permissions = {}
  for (const lambda of functions) {
    const { id, trigger } = lambda
    const version = findVersion(lambda)
    // Beside the framework's entry PreTokenGeneration: Cognito wants the same function in both.
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

/** Returns the output with the command that is left to do for a pool that exists: run it where the credentials may change the pool. */
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

function findVersion({ name, trigger, version = 'V1_0' }) {
  const known = VERSIONS[trigger] ?? ['V1_0']
  if (known.includes(version)) return version
  throw userError(`custom.lambdaVersions.${name}: ${trigger} has no version ${version}; expected ${known.join(' or ')}`)
}

function toArn(id) {
  return { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] }
}
