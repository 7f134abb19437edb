import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { formatHelp } from '../../help.ts'
import { SENDERS } from './triggers.ts'

const versioned = TRIGGER_NAMES.flatMap((name) => {
  const versions = triggerFacts(name).lambdaVersions
  return versions === undefined ? [] : [`${name} (${versions.join(', ')})`]
})

/** The help of `lifeguard attach`. */
export const ATTACH_HELP: readonly string[] = formatHelp([
  'Attach functions to an existing user pool, and change nothing else.',
  {
    title: 'Usage',
    lines: [
      'lifeguard attach --pool ID',
      'lifeguard attach --pool ID --function TRIGGER=ARN ... [--kms-key ARN] [--dry-run] [--replace]',
      '                 [--region REGION]',
    ],
  },
  'Shows the attached functions and the changes. Without --function, changes nothing. Keeps other triggers, and also the settings that Cognito resets if an update omits them. After the update, reads the pool again and reports any other setting that changed.',
  'Works on AWS, with the credentials of your environment. They need cognito-idp:DescribeUserPool, and cognito-idp:UpdateUserPool for a change. The pool also needs permission to call each function. This command does not check that permission, but prints the AWS CLI commands that grant it.',
  {
    title: 'Options',
    entries: [
      ['--pool ID', 'id of the user pool, such as eu-west-1_Example'],
      ['--function TRIGGER=ARN', 'function of a trigger, such as preSignUp=arn:aws:lambda:...; repeatable'],
      [
        '--function TRIGGER@VERSION=ARN',
        `function of a trigger that has versions, with the version of the event that the function gets (default: the current version, or else V1_0). These triggers have versions: ${versioned.join(', ')}. A Lite pool supports V2_0 only with advanced security, and not V3_0.`,
      ],
      [
        '--kms-key ARN',
        `key that encrypts the codes for ${SENDERS.join(' and ')}. They need a key unless the pool already has one. The key must be in the pool's region. To set it, you need kms:CreateGrant.`,
      ],
      ['--dry-run', 'change nothing, and print the AWS CLI command for the change'],
      ['--replace', 'replace another function, version or key of the pool; without --replace, a difference is an error'],
      ['--region REGION', "region of the pool and the functions (default: the one in the pool's id)"],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the functions are attached, or were attached already'],
      ['1', 'the change failed, or its result is unknown'],
      ['2', "the usage is invalid, the pool's plan does not support the version, or a custom sender has no key"],
    ],
  },
  {
    title: 'Example',
    lines: [
      'lifeguard attach --pool eu-west-1_Example --dry-run \\',
      '  --function preSignUp=arn:aws:lambda:eu-west-1:111122223333:function:sign-up',
    ],
  },
])
