/** What lifeguard effects --help says. */
export const EFFECTS_HELP: string = `lifeguard effects list [--state STATE] [--json]
lifeguard effects retry POOL SUB EFFECT [--even-unknown] | --all-failed
lifeguard effects drop POOL SUB EFFECT [--force]
lifeguard effects recover [FILE]

Shows and handles effects, such as the welcome mail, that are not done. A user is named by pool and
sub; EFFECT is the name of the rule, such as send-welcome-email. Works on AWS, with the credentials,
the region and the endpoints of your environment.

list     what is not done: pending (the sweeper runs it when it is due), failed (tried often enough)
         or unknown (cut off, so that nobody knows whether it happened, and must not happen twice)
retry    makes failed effects due at once; the sweeper runs them, with what the pool knows of
         the user
drop     forgets an effect that is not done: nobody runs it again, unless its event comes again.
         With --force it removes a row that was edited by hand and cannot be read; it takes the
         row's key then, as list shows it
recover  reads log lines from FILE, or from standard input, finds effects that were lost because
         the ledger could not be reached, and puts each into the ledger, once; the sweeper runs
         them. A claim that was written although its answer was lost is given back. The lines may
         have the prefix of aws logs tail or be the output of aws logs with --output json. Only
         whole lines count: text of a user may stand in any other.

  --table NAME      the table of effects; EFFECT_TABLE of your environment unless given
  --state STATE     list: only pending, unknown or failed ones
  --json            list: one JSON object a line on standard output, and nothing else there
  --all-failed      retry: every effect that failed
  --force           drop: a row that cannot be read, by its key or by POOL SUB EFFECT
  --even-unknown    retry: although it may have happened already
  --delivery WHICH   recover: what about an effect that is cut off once more: at-most-once (default)
                    or at-least-once

Exit code: 0 done; 1 something could not be done; 2 bad usage.`
