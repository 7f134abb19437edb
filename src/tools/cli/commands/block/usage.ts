import { formatHelp, type HelpEntry } from '../../help.ts'

const WHO =
  'WHO is a user name, a sub, an email address, or a domain that starts with a dot, such as .example.com. A block by domain also covers the domains below it.'
const AWS = 'Works on AWS, with the credentials and endpoints of your environment.'

const COMMON: readonly HelpEntry[] = [
  ['--pool ID', 'id of the user pool, such as eu-west-1_Example'],
  ['--table NAME', 'table of blocks (default: BLOCK_TABLE of your environment)'],
  ['--region REGION', "region of the pool and the table (default: the one in the pool's id)"],
]
const KIND: readonly HelpEntry[] = [
  ['--by KIND', 'read WHO as username, sub, email or domain, instead of by its form'],
  ['--exact', 'a user name: only this spelling, for a pool in which Ann and ann are two users'],
]

/** The help of `lifeguard block`. */
export const BLOCK_HELP: readonly string[] = formatHelp([
  'Block a user, an email address or a domain.',
  {
    title: 'Usage',
    lines: ['lifeguard block WHO --pool ID --reason R [--until T] [--public-message M] [--sign-out]', '                [--dry-run]'],
  },
  WHO,
  `Replaces a block of the same kind and value. ${AWS} They need dynamodb:PutItem on the table. --sign-out needs cognito-idp:AdminGetUser or ListUsers, AdminUserGlobalSignOut, AdminListUserSessions and AdminRevokeUserSession on the pool.`,
  {
    title: 'Options',
    entries: [
      ...COMMON,
      ['--reason R', 'identifier for the log, such as chargeback. Users do not see it'],
      ['--until T', 'end of the block: a date (2027-01-31), a time (2027-01-31T12:00Z) or a duration (30m, 12h, 7d). Default: no end'],
      ['--public-message M', 'text for the blocked user. Handlers show it only with revealBlock'],
      ['--sign-out', "also revoke the user's refresh tokens, and end the user's sessions of managed login. Not for a domain"],
      ['--dry-run', 'change nothing, and print the item and the calls'],
      ...KIND,
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the block is written, and the user is signed out if you asked for it'],
      ['1', 'the table is not available, or the sign-out failed. The message names what was done'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard block eve@example.com --pool eu-west-1_Example --reason chargeback --sign-out'] },
])

/** The help of `lifeguard unblock`. */
export const UNBLOCK_HELP: readonly string[] = formatHelp([
  'Remove the block of a user, an email address or a domain.',
  { title: 'Usage', lines: ['lifeguard unblock WHO --pool ID [--dry-run]'] },
  WHO,
  `Removes only a block of this kind and value. lifeguard blocked --check finds other blocks of the same user. ${AWS} They need dynamodb:DeleteItem on the table.`,
  { title: 'Options', entries: [...COMMON, ['--dry-run', 'change nothing, and print the calls'], ...KIND] },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the block is removed'],
      ['1', 'no such block exists, or the table is not available'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard unblock eve@example.com --pool eu-west-1_Example'] },
])

/** The help of `lifeguard blocked`. */
export const BLOCKED_HELP: readonly string[] = formatHelp([
  'List the blocks of a user pool, or check one user.',
  { title: 'Usage', lines: ['lifeguard blocked --pool ID [--json]', 'lifeguard blocked --check USER --pool ID [--config FILE] [--json]'] },
  'With --check, looks the user up in the pool, and prints every block that matches, with its reason and times. Then reads the handlers of this project, as lifeguard doctor does, and prints where they would deny the user.',
  `${AWS} They need dynamodb:Scan on the table. --check needs dynamodb:BatchGetItem instead, and cognito-idp:AdminGetUser or ListUsers.`,
  {
    title: 'Options',
    entries: [
      ...COMMON,
      ['--check USER', 'a user name, a sub or an email address'],
      ['--config FILE', '--check: read the handlers of this configuration or template (default: the one in this folder)'],
      ['--no-handlers', '--check: do not read the handlers of the project'],
      ['--json', 'print one JSON object per block, or one for the checked user'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done'],
      ['1', 'a handler does not see the block of the checked user, or AWS is not available'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard blocked --check eve@example.com --pool eu-west-1_Example'] },
])
