import { formatHelp } from '../../help.ts'

/** The help of `lifeguard effects`. */
export const EFFECTS_HELP: readonly string[] = formatHelp([
  'List, retry, drop or recover effects that are not done, such as a welcome email.',
  {
    title: 'Usage',
    lines: [
      'lifeguard effects list [--state STATE] [--json]',
      'lifeguard effects retry POOL SUB EFFECT [--even-unknown]',
      'lifeguard effects retry --all-failed',
      'lifeguard effects drop POOL SUB EFFECT [--force]',
      'lifeguard effects recover [FILE]',
    ],
  },
  "Works on AWS, with the credentials, region and endpoints of your environment. POOL is the id of the user pool, and SUB the user's sub. EFFECT is the name of the rule, such as send-welcome-email.",
  {
    title: 'Commands',
    entries: [
      ['list', 'Lists effects that are not done.'],
      ['retry', "Makes failed effects due now. The sweeper runs them with the user's current attributes."],
      [
        'drop',
        'Deletes an effect that is not done. The effect runs again only if Cognito sends its event again. With --force, deletes an unreadable row that was edited by hand. You may then pass the key that list prints, instead of POOL SUB EFFECT.',
      ],
      [
        'recover',
        'Reads log lines from FILE or standard input, and finds effects that a handler could not write to the ledger. Adds each to the ledger once, and the sweeper runs it. Releases a claim that reached the ledger although the handler got no response from DynamoDB. Reads the output of aws logs tail, and of aws logs with --output json. Reads only complete log lines, because other text may come from a user.',
      ],
    ],
  },
  {
    title: 'States',
    entries: [
      ['pending', 'the sweeper runs the effect when it is due'],
      ['failed', 'all attempts failed'],
      ['unknown', 'the effect was interrupted: it may have run, and must not run twice'],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--table NAME', 'table of effects (default: EFFECT_TABLE of your environment)'],
      ['--state STATE', 'list: only pending, unknown or failed effects'],
      ['--json', 'list: print one JSON object per effect on standard output, and nothing else'],
      ['--all-failed', 'retry: retry every failed effect'],
      ['--even-unknown', 'retry: retry an unknown effect, even if it may run twice'],
      ['--force', 'drop: delete an unreadable row'],
      [
        '--delivery WHICH',
        'recover: an added effect that is interrupted does not run again with at-most-once (default), and runs again with at-least-once',
      ],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done'],
      ['1', 'at least one effect could not be handled, or the table is not available'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard effects list --state failed'] },
])
