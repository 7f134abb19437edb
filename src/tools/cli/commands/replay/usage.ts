import { defaultSettings } from '../../../lib/environment.ts'
import { SHARED_HELP } from '../../options.ts'

const defaults = Object.entries(defaultSettings())
  .map(([name, value]) => `  ${name}=${value}`)
  .join('\n')

/** What lifeguard replay --help says. */
export const REPLAY_HELP: string = `lifeguard replay [PATH...]

Replays events through the built handlers as Cognito calls them: 5 seconds a try, up to three tries
where nothing came back, the answer checked, errors in Cognito's words. Bundles that are missing or
older than their sources are built first, with npm run build.

PATH  a file with an event, an .ndjson file with one a line, a folder of them, or - for standard
      input; events/ unless given. Beside CASE.json, CASE.expect.json says what must come of it.
      seed.json in a folder or its parent says who is blocked in the embedded DynamoDB.

  --json                  one JSON object an event on standard output, and nothing else there
  --only TRIGGER          only events of this trigger; may be repeated
  --repeat N              each event N times in a row
  --watch                 again whenever an event or a source changes
${SHARED_HELP}

Handlers get the settings of the file lifeguard.env in this folder, one NAME=value a line, with
quotes around a value that has a # in it. A variable of your environment takes the place of a
setting in the file. Handlers get nothing else of your environment but Lifeguard's own settings,
what the system needs (PATH, HOME, TMPDIR, LANG, TZ and the like), what --env names and, with
--services aws, the variables that begin with AWS_. LOG_LEVEL is info at most, since the decision
is read from their log line. Without lifeguard.env, what you do not set is as follows; with it,
only the tables of the embedded DynamoDB are, and any other setting is missing as it would be in a
deployment:
${defaults}

Exit code: 0 nothing unexpected; 1 something was: another outcome than expected, or a failure that
was not; 2 bad usage, something that cannot be read, or a file named here that is no event.`
