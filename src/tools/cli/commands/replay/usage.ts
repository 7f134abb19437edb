import { defaultSettings } from '../../../lib/environment.ts'
import { SHARED_HELP } from '../../options.ts'

const defaults = Object.entries(defaultSettings())
  .map(([name, value]) => `  ${name}=${value}`)
  .join('\n')

/** The help of `lifeguard replay`. */
export const REPLAY_HELP: string = `Replay events through the built handlers, as Cognito calls them.

Usage: lifeguard replay [PATH...]

First runs npm run build if a bundle is missing or older than its sources. Waits 5 seconds for an
answer, and tries up to three times. Checks the answer, and prints errors in Cognito's words.

PATH  an event file, an .ndjson file with one event per line, a folder of these, or - for standard
      input (default: events/). CASE.expect.json beside CASE.json contains the expected result.
      seed.json in a folder or its parent lists blocked users for the embedded DynamoDB.

Options:
  --json                  print one JSON object per event on standard output, and nothing else
  --only TRIGGER          replay only events of this trigger; repeatable
  --repeat N              replay each event N times in a row
  --watch                 replay again when an event or a source changes
${SHARED_HELP}

Handlers get the settings in lifeguard.env in this folder, with one NAME=value per line. Put quotes
around a value that contains #. Your environment overrides the file. From your environment, handlers
get only Lifeguard's settings, the settings in the file, system variables such as PATH, HOME and TZ,
the variables that --env names, and, with --services aws, all AWS_* variables. Replay reads the
decision from the log line, so it changes a LOG_LEVEL of warn, error or silent to info.

Without lifeguard.env, these defaults apply. With it, only the tables of the embedded DynamoDB have
defaults, so that a missing setting is missing as in a deployment:
${defaults}

Exit code: 0 all results as expected; 1 an unexpected result, or a failure that was not expected;
2 invalid usage, an unreadable file, or a PATH that contains no event.

Example:
  lifeguard replay events/pre-signup/sign-up-mary.json --watch`
