import { defaultSettings } from '../../../lib/environment.ts'
import { formatHelp } from '../../help.ts'
import { SHARED_OPTIONS } from '../../options.ts'

/** The help of `lifeguard replay`. */
export const REPLAY_HELP: readonly string[] = formatHelp([
  'Replay events through the built handlers, as Cognito calls them.',
  { title: 'Usage', lines: ['lifeguard replay [PATH...]'] },
  "First runs npm run build if a bundle is missing or older than its sources. Waits 5 seconds for an answer, and tries up to three times. Checks the answer, and prints errors in Cognito's words.",
  {
    title: 'Arguments',
    entries: [
      [
        'PATH',
        'an event file, an .ndjson file with one event per line, a folder of these, or - for standard input (default: events/). CASE.expect.json beside CASE.json contains the expected result. The file seed.json in a folder or its parent lists blocked users for the embedded DynamoDB.',
      ],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--json', 'print one JSON object per event on standard output, and nothing else'],
      ['--only TRIGGER', 'replay only events of this trigger; repeatable'],
      ['--repeat N', 'replay each event N times in a row'],
      ['--watch', 'replay again when an event or a source changes'],
      [
        '--update',
        'write CASE.expect.json beside each CASE.json from the actual result. An existing file keeps its keys. A failure is not recorded, unless the file expects it already',
      ],
      ['--mails DIR', 'write each email that handlers send to this folder, as .eml, .html and .txt; overwrites no file of another program'],
      ...SHARED_OPTIONS,
    ],
  },
  'Handlers get the variables that the configuration sets for their function. These override them, in this order: settings.env beside the events, lifeguard.env in this folder, your environment. The files have one NAME=value per line. Put quotes around a value that contains #.',
  "Handlers do not get your whole environment. They get Lifeguard's settings, the variables above, and system variables such as PATH, HOME and TZ. They also get the variables that --env names, and AWS_* variables with --services aws.",
  {
    title: 'Defaults without lifeguard.env (with it, only the tables of the embedded DynamoDB have defaults)',
    lines: Object.entries(defaultSettings()).map(([name, value]) => `${name}=${value}`),
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'all results are as expected'],
      ['1', 'a result is unexpected, or an event without an expectation failed'],
      ['2', 'the usage is invalid, a file is unreadable, or a PATH contains no event'],
    ],
  },
  { title: 'Example', lines: ['lifeguard replay events/pre-signup/sign-up-mary.json --watch'] },
])
