import { formatHelp } from '../../help.ts'

/** The help of `lifeguard add`. */
export const ADD_HELP: readonly string[] = formatHelp([
  'Add triggers to a project that you already have.',
  { title: 'Usage', lines: ['lifeguard add TRIGGER... [--write] [--pool NAME] [--domain DOMAIN]'] },
  'Writes the handler and the settings of each trigger to src/. Prints the function, its tables and its permissions for the Serverless Framework, SAM or the AWS CDK. Never overwrites a file.',
  {
    title: 'Options',
    entries: [
      [
        '--write',
        'edit serverless.yml or the SAM template, and the files that it includes. Comments stay. Other configurations are printed for you to paste',
      ],
      [
        '--pool NAME',
        'the user pool, if the configuration has several: its logical id or its name. For the Serverless Framework also an existing pool',
      ],
      ['--domain DOMAIN', 'the email domain that may sign up (default: example.com)'],
      ['--config FILE', 'the configuration or template (default: the one in the working folder)'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the handlers were written'],
      ['2', 'the usage is invalid, the pool already has a function for the trigger, or a file cannot be edited'],
    ],
  },
  { title: 'Example', lines: ['lifeguard add pre-signup post-confirmation --write'] },
])
