import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { wrapText } from '../../text.ts'
import { SENDERS } from './triggers.ts'

const versioned = TRIGGER_NAMES.flatMap((name) => {
  const versions = triggerFacts(name).lambdaVersions
  return versions === undefined ? [] : [`${name} (${versions.join(', ')})`]
})
const indent = ' '.repeat(26)

/** What lifeguard attach --help says. */
export const ATTACH_HELP: string = `lifeguard attach --pool ID [--function TRIGGER=ARN ...] [--kms-key ARN] [--dry-run] [--replace]
                 [--region REGION]

Attaches functions to a user pool that exists, and leaves everything else of the pool as it is:
other triggers, and the settings that Cognito resets when an update leaves them out. Shows what is
attached and what changes; without --function it only shows. Works on AWS, with the credentials of
your environment, which need cognito-idp:DescribeUserPool and, to change something, UpdateUserPool.

Afterwards it reads the pool again, and says so where anything else is not what it was. It does not
see whether a function lets the pool call it, and prints the commands that make it so.

  --pool ID               the id of the pool, such as eu-west-1_Example
  --function TRIGGER=ARN  the function of a trigger, such as preSignUp=arn:aws:lambda:...; may be
                          repeated
  --function TRIGGER@VERSION=ARN
                          the same with the version of the event that the function gets; a Lite pool
                          has V1_0 only. Without a version the trigger keeps its own, or gets V1_0.
                          These triggers have versions:
${wrapText(versioned.join(', '), indent).join('\n')}
  --kms-key ARN           the key with which Cognito encrypts what custom senders send: needed with
                          ${SENDERS.join(' and ')} unless the pool has one. It has one
                          for both, in its own region, and who sets it needs kms:CreateGrant
  --dry-run               changes nothing, and prints the command of the AWS CLI that would
  --replace               where the pool has another function, version or key, takes its place;
                          without it that is a reason to change nothing
  --region REGION         the region of the pool and of the functions; the one in the pool's id
                          unless given

Exit code: 0 attached, or nothing to do; 1 could not be done, or is not known to be, and the message
says what is; 2 bad usage, or a version that the plan of the pool does not have, or a custom sender
without a key.`
