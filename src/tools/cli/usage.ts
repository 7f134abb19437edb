import { DEFAULT_SETTINGS } from '../replay/environment.ts'

const defaults = Object.entries(DEFAULT_SETTINGS)
  .map(([name, value]) => `  ${name}=${value}`)
  .join('\n')

/** What both commands say of the options that they share. */
const SHARED = `  --services WHICH        embedded (default): DynamoDB and SES are started here, empty, and
                          stopped again; nothing reaches an account
                          aws: the services of your own environment, credentials and endpoints
                          none: no service at all
  --handler TRIGGER=FILE  the handler of a trigger, such as preSignUp=dist/handler.js; goes before
                          the one that serverless.yml in this folder names; may be repeated
  --env NAME[=VALUE]      hands a variable of your environment, or this value, to the handlers; may
                          be repeated`

/** What lifeguard --help says. */
export const HELP: string = `Rules for the Lambda triggers of an Amazon Cognito user pool, tried without AWS.

lifeguard replay [PATH...]   replays events through the built handlers, as Cognito would call them
lifeguard explain FILE       shows how the rules came to their decision on one event
lifeguard effects COMMAND    shows and handles effects that are not done, on AWS
lifeguard domains COMMAND    makes a file of a long list of email domains, and asks one
lifeguard precompile BUNDLE  makes a bundle start faster, by what one run of it calls
lifeguard attach --pool ID   attaches functions to a user pool that exists, and changes nothing else
lifeguard doctor [TEMPLATE]  tells what is wrong with a deployment, before it is one
lifeguard init DIR           writes a project that is ready to be tried, changed and deployed

lifeguard COMMAND --help     tells more of a command
lifeguard --version`

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
${SHARED}

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

/** What lifeguard explain --help says. */
export const EXPLAIN_HELP: string = `lifeguard explain FILE

Replays one event and shows the rules of its handler as a tree: what each of them said, why, and how
long it took; and of those that did not run, why not.

  --effects               with --services aws: lets rules that write and send do so there
${SHARED}

Exit code: 0 explained; 1 the function failed; 2 bad usage, or an event that cannot be read.`
