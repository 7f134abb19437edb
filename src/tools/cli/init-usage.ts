/** What lifeguard init --help says. */
export const INIT_HELP = `lifeguard init DIR [--name NAME] [--package FILE]

Writes a project into DIR, for a user pool of its own or one that exists: the handlers of four
triggers and a sweeper, composed of Lifeguard's rules, sample events with what must come of them, a
test, a build, and what deploys all of it with the Serverless Framework. There:

  npm ci                  installs the versions that this Lifeguard is tested with, Node 24 included
  npx lifeguard replay    builds the handlers and replays the events
  npm test                tests the rules
  npm run package         writes what would be deployed to .serverless/, offline

Nothing is installed and no network is used before that. Nothing is overwritten: where a file of the
project is there already, nothing is written at all. DIR is made unless it is there.

  --name NAME     what the package and the service are called: DIR's own name unless given; 2 to 20
                  lower-case letters, digits and hyphens, with a letter in front
  --package FILE  the packed cognito-lifeguard (.tgz) that the project depends on: the one that this
                  command was installed from unless given, or else the registry's

Exit code: 0 written; 2 bad usage, or something that is in the way or cannot be written.`
