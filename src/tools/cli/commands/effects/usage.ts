/** The help of `lifeguard effects`. */
export const EFFECTS_HELP: string = `List, retry, drop or recover effects that are not done, such as a welcome email.

Usage: lifeguard effects list [--state STATE] [--json]
       lifeguard effects retry POOL SUB EFFECT [--even-unknown]
       lifeguard effects retry --all-failed
       lifeguard effects drop POOL SUB EFFECT [--force]
       lifeguard effects recover [FILE]

Works on AWS, with the credentials, region and endpoints of your environment. POOL is the id of the
user pool, SUB the user's sub, and EFFECT the name of the rule, such as send-welcome-email.

list     Lists effects that are not done. States: pending (the sweeper runs it when it is due),
         failed (all attempts failed), unknown (it may have run, and must not run twice).
retry    Makes failed effects due now. The sweeper runs them with the user's current attributes.
drop     Deletes an effect that is not done. It runs again only if its event comes again.
         With --force, deletes an unreadable row that was edited by hand. You may then pass the
         key that list prints, instead of POOL SUB EFFECT.
recover  Reads log lines from FILE or standard input, and finds effects that were lost because a
         handler could not reach the ledger. Adds each to the ledger once, and the sweeper runs it.
         Releases a claim that reached the ledger although the handler got no answer.
         Reads the output of aws logs tail, and of aws logs with --output json. Reads only complete
         log lines, because other text may come from a user.

Options:
  --table NAME      table of effects (default: EFFECT_TABLE of your environment)
  --state STATE     list: only pending, unknown or failed effects
  --json            list: print one JSON object per effect on standard output, and nothing else
  --all-failed      retry: retry every failed effect
  --even-unknown    retry: retry an unknown effect, even if it may run twice
  --force           drop: delete an unreadable row
  --delivery WHICH  recover: at-most-once (default) or at-least-once; decides whether an effect
                    that is interrupted again is run again

Exit code: 0 done; 1 not everything could be done; 2 invalid usage.

Example:
  lifeguard effects list --state failed`
