import { ASSUMPTION_NAMES, ASSUMPTIONS } from '../../../pool/assumptions.ts'
import { formatHelp } from '../../help.ts'
import { SHARED_OPTIONS } from '../../options.ts'

/** The help of `lifeguard dev`. */
export const DEV_HELP: readonly string[] = formatHelp([
  'Start a local user pool that calls the functions of this project.',
  { title: 'Usage', lines: ['lifeguard dev [OPTION...]'] },
  'Apps sign users up and in with the AWS SDK, Amplify or amazon-cognito-identity-js, without an AWS account. Also starts a DynamoDB, SES, SNS and KMS for the functions. When a source changes, later requests run the changed code. Listens on this machine only. Ctrl-C stops everything.',
  {
    title: 'Options',
    entries: [
      ['--port PORT', 'the port of the pool (default: a free one)'],
      ['--state FILE', 'keep users and tokens in this file. Without it, they are gone when the command stops'],
      ['--seed FILE', 'read groups, users, blocks and invitations from this JSON file'],
      ['--triggers NAME', 'also call this function of custom.optional in serverless.yml, which is off by default; repeatable'],
      ['--assume NAME', 'turn an assumption about undocumented behaviour into its other reading; repeatable'],
      ['--tls-cert FILE', 'the certificate of managed login with HTTPS, in PEM. Needs --tls-key'],
      ['--tls-key FILE', 'the private key of the certificate, in PEM'],
      ['--tls-port PORT', 'the port of managed login with HTTPS (default: a free one)'],
      ['--open', 'open the inbox in a browser'],
      ['--json', 'print one JSON object with the addresses and ids on standard output, and nothing else there'],
      ...SHARED_OPTIONS.filter(([term]) => !term.startsWith('--services')),
    ],
  },
  {
    title: 'Assumptions',
    entries: ASSUMPTION_NAMES.map((name) => [name, `${ASSUMPTIONS[name].text} (default: ${ASSUMPTIONS[name].default ? 'yes' : 'no'})`]),
  },
  {
    title: 'Exit codes',
    entries: [
      ['2', 'the usage is invalid, or the pool cannot start'],
      ['130', 'stopped by Ctrl-C'],
    ],
  },
  { title: 'Example', lines: ['lifeguard dev --port 9229 --seed users.json'] },
])
