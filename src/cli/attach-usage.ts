/** What lifeguard attach --help says. */
export const ATTACH_HELP = `lifeguard attach --pool ID [--function TRIGGER=ARN ...] [--dry-run] [--replace] [--region REGION]

Attaches functions to a user pool that exists, and leaves everything else of the pool as it is:
other triggers, and the settings that Cognito resets when an update leaves them out. Shows what is
attached and what changes; without --function it only shows. Works on AWS, with the credentials of
your environment, which need cognito-idp:DescribeUserPool and, to change something, UpdateUserPool.

Afterwards it reads the pool again, and says so where anything else is not what it was. It does not
see whether a function lets the pool call it, and prints the commands that make it so.

  --pool ID               the id of the pool, such as eu-west-1_Example
  --function TRIGGER=ARN  the function of a trigger, such as preSignUp=arn:aws:lambda:...; may be
                          repeated
  --dry-run               changes nothing, and prints the command of the AWS CLI that would
  --replace               where a trigger has another function, takes its place; without it such a
                          trigger is a reason to change nothing
  --region REGION         the region of the pool and of the functions; the one in the pool's id
                          unless given

Exit code: 0 attached, or nothing to do; 1 could not be done; 2 bad usage.`
