import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { wrapText } from '../../text.ts'
import { SENDERS } from './triggers.ts'

const versioned = TRIGGER_NAMES.flatMap((name) => {
  const versions = triggerFacts(name).lambdaVersions
  return versions === undefined ? [] : [`${name} (${versions.join(', ')})`]
})
const indent = ' '.repeat(26)

/** The help of `lifeguard attach`. */
export const ATTACH_HELP: string = `Attach functions to an existing user pool, and change nothing else.

Usage: lifeguard attach --pool ID [--function TRIGGER=ARN ...] [--kms-key ARN] [--dry-run]
                        [--replace] [--region REGION]

Shows the attached functions and the changes. Without --function, it only shows them. Keeps other
triggers, and also the settings that Cognito resets if an update omits them. After the update, reads
the pool again and reports any other setting that changed.

Works on AWS, with the credentials of your environment. They need cognito-idp:DescribeUserPool, and
cognito-idp:UpdateUserPool for a change. The pool also needs permission to call each function. This
command does not check that permission, but prints the AWS CLI commands that grant it.

Options:
  --pool ID               id of the user pool, such as eu-west-1_Example
  --function TRIGGER=ARN  function of a trigger, such as preSignUp=arn:aws:lambda:...; repeatable
  --function TRIGGER@VERSION=ARN
                          the same, with the version of the event that the function gets (default:
                          the current version, or else V1_0). A Lite pool supports only V1_0.
                          These triggers have versions:
${wrapText(versioned.join(', '), indent).join('\n')}
  --kms-key ARN           key that encrypts the codes for ${SENDERS.join(' and ')},
                          which need it unless the pool has one. It must be in the pool's region.
                          Setting it needs kms:CreateGrant.
  --dry-run               change nothing, and print the AWS CLI command for the change
  --replace               replace another function, version or key of the pool; without it, a
                          difference is an error, and nothing is changed
  --region REGION         region of the pool and the functions (default: the one in the pool's id)

Exit code: 0 attached, or nothing to do; 1 the change failed, or its result is unknown; 2 invalid
usage, a version that the pool's plan does not support, or a custom sender without a key.

Example:
  lifeguard attach --pool eu-west-1_Example --dry-run \\
    --function preSignUp=arn:aws:lambda:eu-west-1:111122223333:function:sign-up`
