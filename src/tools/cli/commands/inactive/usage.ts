import { formatHelp } from '../../help.ts'

/** The help of `lifeguard inactive`. */
export const INACTIVE_HELP: readonly string[] = formatHelp([
  'List users who were not seen for some days, from the table of the rule lastSeen.',
  { title: 'Usage', lines: ['lifeguard inactive --days N [--pool ID] [--table NAME] [--json]'] },
  'Works on AWS, with the credentials, region and endpoints of your environment. Prints the pool and the sub of each user, and the time at which the rule last recorded the user. It changes nothing.',
  'The rule writes once in its period, so a user may have been active up to one period after the printed time. A user who was never seen since the rule was deployed has no row, and is not listed.',
  'The command reads the whole table, and needs dynamodb:Scan. DynamoDB charges half a read unit for each 4 kB. A row has about 150 bytes, so a million users are about 19,000 read units. The summary has the units of this run.',
  {
    title: 'Options',
    entries: [
      ['--days N', 'list users who were last seen more than N days ago, from 1 to 36500'],
      ['--pool ID', 'list only users of this user pool'],
      ['--table NAME', 'table of the rule (default: SEEN_TABLE of your environment)'],
      ['--json', 'print one JSON object per user on standard output, and nothing else'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the list is complete'],
      ['1', 'the table is not available'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard inactive --days 365 --json'] },
])
