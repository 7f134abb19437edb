/** How bad it is: an error breaks a deployment or a sign-in, a warning does so sooner or later, a note is to be weighed. */
export type Severity = 'error' | 'warning' | 'note'

interface Meaning {
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly fix: string
}

/** All codes. */
export const CODE_NAMES = [
  'LG101',
  'LG102',
  'LG103',
  'LG104',
  'LG105',
  'LG106',
  'LG107',
  'LG108',
  'LG201',
  'LG202',
  'LG203',
  'LG204',
  'LG205',
  'LG206',
  'LG301',
  'LG302',
  'LG303',
  'LG304',
  'LG305',
  'LG401',
  'LG402',
  'LG403',
] as const

/** The code of a finding. */
export type Code = (typeof CODE_NAMES)[number]

/** What each of them says. A code never changes its meaning. */
export const CODES: Readonly<Record<Code, Meaning>> = {
  LG101: {
    severity: 'warning',
    title: 'Timeout above 5 seconds',
    why: 'Cognito waits 5 seconds for a trigger, whatever the function may take. A longer run is billed and not heard, and Cognito may have called again beside it.',
    fix: 'Set Timeout to 5.',
  },
  LG102: {
    severity: 'warning',
    title: 'Little memory',
    why: 'The share of a CPU grows with the memory, a whole one at 1,769 MB, and a cold start counts towards the 5 seconds that Cognito waits.',
    fix: 'Set MemorySize to 512, and to 256 at least.',
  },
  LG103: {
    severity: 'warning',
    title: 'Runtime past its end',
    why: 'AWS patches it no more, and refuses first to create, then to update functions with it.',
    fix: 'Set Runtime to nodejs24.x, or the current one of your language.',
  },
  LG104: {
    severity: 'error',
    title: 'Handler with a third parameter',
    why: 'Lambda refuses handlers that take a callback from nodejs24.x on: the function does not start, and nobody signs in. On older runtimes it starts, and one way through the code that forgets the callback lets Cognito wait in vain.',
    fix: 'Make the handler async with the parameters event and context, and return the event.',
  },
  LG105: {
    severity: 'error',
    title: 'Handler answers through its context',
    why: 'context.done, context.succeed and context.fail are gone from nodejs24.x on, so that the trigger throws where it should answer.',
    fix: 'Return the event from an async handler; throw an error to refuse.',
  },
  LG106: {
    severity: 'error',
    title: 'Timeout too short for the sweeper',
    why: 'The sweeper begins no effect that it could not end, and keeps three seconds to count: with 8 seconds or less it does nothing, and what is not done stays so.',
    fix: 'Set its Timeout to 60. Nobody waits for it.',
  },
  LG107: {
    severity: 'error',
    title: 'Function name too long',
    why: 'Lambda takes 64 characters, and refuses the function in the middle of a deployment, which is then rolled back.',
    fix: 'Shorten what the name is made of: service, stage, function. Without FunctionName CloudFormation makes one that fits.',
  },
  LG108: {
    severity: 'error',
    title: 'Handler does not start',
    why: 'Every sign-up or sign-in that calls it fails, with a text that tells its caller nothing of this.',
    fix: "Mend what it complains of: mostly a setting in the function's environment, in osls often a parameter.",
  },
  LG201: {
    severity: 'error',
    title: 'Dependency cycle through the user pool',
    why: 'The pool names its triggers, so it is made after them. What a trigger needs cannot be made after the pool: CloudFormation refuses the template.',
    fix: "Read the pool's id from the event (event.userPoolId), and allow actions on arn:...:userpool/* or put them into a policy of its own that no function waits for.",
  },
  LG202: {
    severity: 'error',
    title: 'Trigger without permission to invoke',
    why: 'Outside the console nobody adds the permission: every sign-up or sign-in that calls the trigger fails.',
    fix: "Add an AWS::Lambda::Permission for cognito-idp.amazonaws.com with the pool's ARN as SourceArn.",
  },
  LG203: {
    severity: 'warning',
    title: 'Permission to invoke too wide',
    why: 'A user pool of any account may call the function with events of its own making, which the function takes for yours.',
    fix: "Name cognito-idp.amazonaws.com as Principal, and the pool's ARN as SourceArn.",
  },
  LG204: {
    severity: 'error',
    title: 'Handler of V2 or V3 wired as V1',
    why: 'The function answers claimsAndScopeOverrideDetails, which Cognito does not read from a trigger of V1: tokens stay as they are, without a word.',
    fix: 'Wire it by PreTokenGenerationConfig with LambdaVersion V2_0 or V3_0, not by PreTokenGeneration.',
  },
  LG205: {
    severity: 'error',
    title: 'Handler of V1 wired as V2 or V3',
    why: 'The function answers claimsOverrideDetails, which Cognito reads from a trigger of V1 alone: tokens stay as they are, without a word.',
    fix: 'Answer claimsAndScopeOverrideDetails, or wire it with LambdaVersion V1_0.',
  },
  LG206: {
    severity: 'error',
    title: 'Two functions before tokens',
    why: 'Where PreTokenGeneration stands beside PreTokenGenerationConfig, Cognito wants the same function in both, and refuses the pool else.',
    fix: 'Leave PreTokenGeneration out.',
  },
  LG301: {
    severity: 'warning',
    title: 'Table of a rule missing',
    why: 'A rule reads or writes a table that the template does not make. A rule that cannot read refuses everybody.',
    fix: 'Add the table, or give its name by a parameter or Fn::ImportValue where another stack makes it.',
  },
  LG302: {
    severity: 'error',
    title: 'Right of a rule missing',
    why: 'The call is refused when the first user comes. A rule before sign-in then refuses everybody; an effect is not done.',
    fix: "Allow the action to the function's role, on that resource alone.",
  },
  LG303: {
    severity: 'error',
    title: 'Right to send mail missing',
    why: 'SES refuses each mail, so that it is given up after some tries.',
    fix: "Allow ses:SendEmail to the function's role, with ses:FromAddress as a condition.",
  },
  LG304: {
    severity: 'error',
    title: 'Rules on a trigger that nobody calls',
    why: 'Rules that no pool calls judge nobody, and nothing tells.',
    fix: "Name the function in the pool's LambdaConfig under the trigger that its rules are for.",
  },
  LG305: {
    severity: 'note',
    title: 'Right that no rule needs',
    why: 'What a trigger may do beyond its rules is what an attacker may do through it.',
    fix: 'Take the right away, or narrow it to what the rules need. A rule of your own says what it needs: defineRule(name, evaluate, { permissions }).',
  },
  LG401: {
    severity: 'error',
    title: 'Address taken as verified where it is an alias',
    why: 'Cognito moves an alias from the user who had it to the one whose address is verified: who signs up with an address takes it over as a sign-in name.',
    fix: 'Let Cognito send its code, or verify only addresses whose owner has proven them, such as by an invitation.',
  },
  LG402: {
    severity: 'warning',
    title: 'Email writable, domain judged at sign-up alone',
    why: 'A signed-in user may change the address to one of any domain, and no trigger runs that could judge it.',
    fix: "Leave email out of the app client's WriteAttributes; where email is required, or mapped from an identity provider, it has to stay writable: judge the domain before sign-in or in tokens as well.",
  },
  LG403: {
    severity: 'note',
    title: 'Refresh tokens walk past the block',
    why: 'Pre authentication does not run when a session is refreshed: who is blocked goes on until the refresh token ends.',
    fix: 'Sign users out as they are blocked (AdminUserGlobalSignOut), keep refresh tokens short, or check the block at token generation too.',
  },
}

/** Whether there is such a code. */
export function isCode(word: string): word is Code {
  return Object.hasOwn(CODES, word)
}
