/** An `error` breaks deployments or sign-ins now. A `warning` may break them later. A `note` needs a decision of the operator. */
export type Severity = 'error' | 'warning' | 'note'

interface Meaning {
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly fix: string
}

/** The codes of all findings. */
export const CODE_NAMES = [
  'LG101',
  'LG102',
  'LG103',
  'LG104',
  'LG105',
  'LG106',
  'LG107',
  'LG108',
  'LG109',
  'LG110',
  'LG201',
  'LG202',
  'LG203',
  'LG204',
  'LG205',
  'LG206',
  'LG207',
  'LG208',
  'LG209',
  'LG301',
  'LG302',
  'LG303',
  'LG304',
  'LG305',
  'LG401',
  'LG402',
  'LG403',
  'LG404',
  'LG405',
  'LG406',
  'LG407',
  'LG408',
  'LG409',
  'LG410',
  'LG411',
  'LG412',
  'LG413',
  'LG414',
  'LG501',
  'LG502',
  'LG503',
  'LG504',
  'LG505',
] as const

/** The code of a finding. */
export type Code = (typeof CODE_NAMES)[number]

/** The severity, title, reason and fix of each code. The meaning of a code never changes. */
export const CODES: Readonly<Record<Code, Meaning>> = {
  LG101: {
    severity: 'warning',
    title: 'Timeout above 5 seconds',
    why: 'Cognito waits 5 seconds for a trigger, then may call it again while the first call still runs. Lambda bills a run of more than 5 seconds, but Cognito ignores the response.',
    fix: 'Set Timeout to 5.',
  },
  LG102: {
    severity: 'warning',
    title: 'Memory below 256 MB',
    why: 'Lambda assigns CPU in proportion to memory, one full CPU at 1,769 MB. With little memory, the cold start is slow, and uses up a part of the 5 seconds that Cognito waits.',
    fix: 'Set MemorySize to 512, or to at least 256.',
  },
  LG103: {
    severity: 'warning',
    title: 'Deprecated runtime',
    why: 'AWS no longer patches a deprecated runtime. Later, AWS rejects new functions with that runtime, and then also updates of existing functions.',
    fix: 'Set Runtime to nodejs24.x, or to a supported runtime of your language.',
  },
  LG104: {
    severity: 'error',
    title: 'Handler with a callback parameter',
    why: 'From nodejs24.x on, Lambda rejects a handler with a third parameter: the function does not start, so sign-ups or sign-ins fail. On older runtimes, Cognito waits until the timeout if a code path never calls the callback.',
    fix: 'Make the handler async, with only the parameters event and context, and return the event.',
  },
  LG105: {
    severity: 'error',
    title: 'Handler calls a removed context method',
    why: 'Lambda removed context.done, context.succeed and context.fail in nodejs24.x. There the call throws a TypeError, so the sign-up or sign-in fails.',
    fix: 'Return the event from an async handler. To deny a user, throw an error.',
  },
  LG106: {
    severity: 'error',
    title: 'Timeout too short for the sweeper',
    why: 'The sweeper starts an effect only if the remaining time is enough, and reserves 3 seconds for metrics. With a timeout of 8 seconds or less, the sweeper runs no effect, so pending effects stay pending.',
    fix: "Set the sweeper's Timeout to 60. The sweeper runs on a schedule, so users do not wait for it.",
  },
  LG107: {
    severity: 'error',
    title: 'Function name too long',
    why: 'Lambda accepts at most 64 characters. The deployment fails at the creation of the function, and CloudFormation rolls the deployment back.',
    fix: 'Shorten the name of the service, the stage or the function. Or remove FunctionName: CloudFormation then generates a name that fits.',
  },
  LG108: {
    severity: 'error',
    title: 'Handler does not start',
    why: 'Every sign-up or sign-in that calls the function fails. The error that the caller gets does not contain the reason.',
    fix: "Correct the setting or the code that the finding's message names. A setting is usually an environment variable of the function. With osls, the value often comes from a parameter.",
  },
  LG109: {
    severity: 'error',
    title: 'Handler file missing',
    why: 'Lambda cannot load the handler, so every sign-up or sign-in that calls the function fails.',
    fix: 'Correct Handler, which is the path of the file without its extension, a dot and the name of the export. Or build the handler before the deployment.',
  },
  LG110: {
    severity: 'warning',
    title: 'Environment variable that may be a misspelt setting',
    why: 'The handler does not read the variable, so the setting has its default value, or is missing.',
    fix: "Rename the variable to the setting that the finding's message names. Remove the variable if it is not a setting.",
  },
  LG201: {
    severity: 'error',
    title: 'Dependency cycle through the user pool',
    why: 'The user pool refers to its triggers, so CloudFormation creates them before the pool. If a trigger also depends on the pool, CloudFormation rejects the template.',
    fix: "Read the pool's id from the event (event.userPoolId) instead of an environment variable. In policies, allow actions on arn:...:userpool/*, or move the statement to a separate policy that no function depends on.",
  },
  LG202: {
    severity: 'error',
    title: 'Missing permission to invoke a trigger',
    why: 'Only the Cognito console adds this permission automatically. Without the permission, Cognito cannot invoke the function, so every sign-up or sign-in that calls the trigger fails.',
    fix: "Add an AWS::Lambda::Permission for cognito-idp.amazonaws.com with the pool's ARN as SourceArn. If the pool calls an alias of the function, set FunctionName to the alias.",
  },
  LG203: {
    severity: 'warning',
    title: 'Permission to invoke is too broad',
    why: 'Other AWS accounts may invoke the function with forged events. The function cannot distinguish them from events of your user pool.',
    fix: "Set Principal to cognito-idp.amazonaws.com and SourceArn to the pool's ARN.",
  },
  LG204: {
    severity: 'error',
    title: 'Handler returns V2 claims for V1 events',
    why: 'The function returns claimsAndScopeOverrideDetails, which Cognito ignores for V1 events. Tokens stay unchanged, and no error is reported.',
    fix: 'Configure the trigger in PreTokenGenerationConfig with LambdaVersion V2_0 or V3_0, not in PreTokenGeneration.',
  },
  LG205: {
    severity: 'error',
    title: 'Handler returns V1 claims for V2 or V3 events',
    why: 'The function returns claimsOverrideDetails, which Cognito reads only for V1 events. Tokens stay unchanged, and no error is reported.',
    fix: 'Return claimsAndScopeOverrideDetails, or set LambdaVersion to V1_0.',
  },
  LG206: {
    severity: 'error',
    title: 'Two different pre token generation functions',
    why: 'If PreTokenGeneration and PreTokenGenerationConfig are both set, they must name the same function. Otherwise Cognito rejects the user pool.',
    fix: 'Remove PreTokenGeneration and keep PreTokenGenerationConfig.',
  },
  LG207: {
    severity: 'warning',
    title: 'User pool calls a fixed version of a function',
    why: 'A version never changes. After a deployment, Cognito still calls the old code until the user pool names the new version.',
    fix: 'Let the user pool call the function itself, or an alias. If every deployment publishes a version and changes the pool too, accept this finding.',
  },
  LG208: {
    severity: 'error',
    title: 'Rule needs a later event version',
    why: "The event version cannot carry the rule's answer, so the rule fails whenever it answers. Cognito then issues no tokens.",
    fix: 'Set LambdaVersion in PreTokenGenerationConfig to the version that the finding names. With serverless.yml of Lifeguard, set custom.lambdaVersions.',
  },
  LG209: {
    severity: 'error',
    title: 'Event version that the plan does not include',
    why: 'Cognito rejects the user pool, because its feature plan does not include this version of pre token generation.',
    fix: 'Set UserPoolTier to ESSENTIALS or PLUS, or set LambdaVersion to V1_0.',
  },
  LG301: {
    severity: 'warning',
    title: 'Table of a rule is not in the template',
    why: 'The template does not create a table that a rule uses. If the table does not exist, each call of the rule fails. Pre sign-up, pre authentication and pre token generation then reject every user.',
    fix: 'Add the table to the template. If another stack creates the table, take the name from a parameter or Fn::ImportValue.',
  },
  LG302: {
    severity: 'error',
    title: 'Missing permission of a rule',
    why: 'AWS denies the call of the rule, so the rule fails for every user. Pre sign-up, pre authentication and pre token generation then reject every user. In other triggers, the effect is not done.',
    fix: "Allow the action in the function's role, only on that resource.",
  },
  LG303: {
    severity: 'error',
    title: 'Missing permission to send email',
    why: 'SES denies each email, and retries do not help, so users never receive it.',
    fix: "Allow ses:SendEmail in the function's role, with a condition on ses:FromAddress.",
  },
  LG304: {
    severity: 'error',
    title: 'Rules for a trigger that no user pool calls',
    why: 'The rules never run, so they deny no user and run no effect. No error is reported.',
    fix: "Add the function to the pool's LambdaConfig, under the trigger that its rules are for. An update of the pool by the template removes a trigger that only the AWS CLI has set.",
  },
  LG305: {
    severity: 'note',
    title: 'Permission that no rule needs',
    why: 'If an attacker takes over the function, the attacker can use every permission of its role.',
    fix: 'Remove the permission, or restrict it to what the rules need. If a rule of yours needs it, declare it: defineRule(name, evaluate, { permissions }).',
  },
  LG401: {
    severity: 'error',
    title: 'Email alias marked as verified at sign-up',
    why: 'If two users have the same email, the alias belongs to the one whose email was verified last. So a new user can take over the sign-in name of another user.',
    fix: 'Let Cognito send a verification code. Or mark an email as verified only if the user holds proof of owning it, such as an invitation.',
  },
  LG402: {
    severity: 'warning',
    title: 'Writable email with a domain check only at sign-up',
    why: 'A signed-in user can change the email to any domain, and Cognito calls no trigger that could deny the change.',
    fix: "Remove email from the app client's WriteAttributes. If email must stay writable (required, or mapped from an identity provider), also check the domain in pre authentication or pre token generation.",
  },
  LG403: {
    severity: 'note',
    title: 'Block not checked when tokens are refreshed',
    why: 'Cognito does not call pre authentication when an app refreshes tokens. A blocked user stays signed in until the refresh token expires.',
    fix: 'Check the block in pre token generation too. If you cannot, block with lifeguard block --sign-out (AdminUserGlobalSignOut), and shorten the validity of refresh tokens.',
  },
  LG404: {
    severity: 'error',
    title: 'Triggers on another user pool',
    why: 'The triggers belong to a second user pool that no app uses. The user pool of the app has no triggers, so its sign-ups and sign-ins are not checked.',
    fix: "Keep one user pool. With the Serverless Framework, name the pool's resource CognitoUserPool and the name of the event's pool, such as CognitoUserPoolPeople for `pool: People`. The framework then adds the triggers to this resource.",
  },
  LG405: {
    severity: 'warning',
    title: 'Update of the user pool removes its triggers',
    why: 'The template creates the user pool without triggers, and a custom resource adds them later. When CloudFormation updates the pool, it removes them, and the custom resource does not run again.',
    fix: "Remove `existing: true`, and name the pool's resource CognitoUserPool and the name of the event's pool, such as CognitoUserPoolPeople for `pool: People`.",
  },
  LG406: {
    severity: 'warning',
    title: 'Code that recognises a refresh by its source',
    why: 'With refresh token rotation, apps refresh through GetTokensFromRefreshToken, whose source is TokenGeneration_Authentication. So the code does not recognise these refreshes.',
    fix: 'Treat every event of pre token generation as a possible refresh, and do not compare the source with TokenGeneration_RefreshTokens.',
  },
  LG407: {
    severity: 'warning',
    title: 'Function that the user pool may invoke, but does not name',
    why: 'If the trigger was set by the AWS CLI or the console, such as InboundFederation, the next update of the pool by the template removes it. Then the function never runs, and no error is reported.',
    fix: "Name the function in the pool's LambdaConfig. Or remove the permission.",
  },
  LG408: {
    severity: 'error',
    title: 'Emails of custom message in a pool without SES',
    why: 'Cognito rejects an answer with an email unless the pool sends emails with SES. The call, such as a sign-up or a password reset, fails with InvalidLambdaResponseException.',
    fix: "Set EmailConfiguration.EmailSendingAccount to DEVELOPER, with a SourceArn. Or set emailSending to 'cognito', so that the rules answer only with SMS.",
  },
  LG409: {
    severity: 'warning',
    title: 'Emails of custom message are never sent',
    why: "The rules leave their emails out, because emailSending is 'cognito'. Users get the emails of the pool.",
    fix: "Set emailSending to 'developer'. With the function of Lifeguard, set EMAIL_SENDING to developer.",
  },
  LG410: {
    severity: 'error',
    title: 'User migration that never runs',
    why: 'Cognito calls the user migration trigger only if it gets the password. With SRP, the default of Amplify, it gets none, so no user is migrated, and no error is reported.',
    fix: 'Add ALLOW_USER_PASSWORD_AUTH or ALLOW_ADMIN_USER_PASSWORD_AUTH to ExplicitAuthFlows of an app client, or let users sign in at managed login.',
  },
  LG411: {
    severity: 'warning',
    title: 'Password hash that takes too long',
    why: 'Cognito waits 5 seconds. Lambda assigns CPU in proportion to memory, one full CPU at 1,769 MB. If the hash takes longer, no user can be migrated.',
    fix: 'Raise MemorySize. If the time is too long even with 1769 MB, let the users choose a new password.',
  },
  LG412: {
    severity: 'error',
    title: 'Incomplete custom challenge',
    why: 'A custom challenge needs three functions: one chooses the next step, one makes the challenge, and one checks the answer. Without one of them, every sign-in with it fails.',
    fix: 'Attach define, create and verify of customChallenge to the pool.',
  },
  LG413: {
    severity: 'error',
    title: 'Custom challenge that never runs',
    why: 'Cognito starts a custom challenge only for an app client that permits it. Other sign-ins do not call the functions.',
    fix: 'Add ALLOW_CUSTOM_AUTH to ExplicitAuthFlows of an app client.',
  },
  LG414: {
    severity: 'warning',
    title: 'Long session of managed login that no block ends',
    why: 'Cognito does not call pre authentication when managed login reuses a session. A blocked user gets new tokens until the session ends. AdminUserGlobalSignOut does not end it, only AdminRevokeUserSession does.',
    fix: 'Check the block in pre token generation too. Or set SSOSession.MaxValidityMinutes to 60 or less.',
  },
  LG501: {
    severity: 'error',
    title: 'Custom sender without a KMS key',
    why: 'Cognito encrypts each code with the key of the pool. It rejects a custom sender without a KMSKeyID, so the deployment fails.',
    fix: "Set KMSKeyID in the pool's LambdaConfig to the ARN of a symmetric KMS key.",
  },
  LG502: {
    severity: 'error',
    title: 'KMS key whose policy allows no grant',
    why: 'Cognito uses the key by a grant. If the policy of the key lets neither a role nor the IAM policies of the account create one, the pool cannot be created or updated.',
    fix: "Let the account's IAM policies decide: add a statement to KeyPolicy that allows kms:* to arn:aws:iam::ACCOUNT:root. Or allow kms:CreateGrant to the role that deploys.",
  },
  LG503: {
    severity: 'error',
    title: 'Custom sender without an event version',
    why: 'Cognito requires LambdaArn and LambdaVersion for custom senders, and the only version is V1_0. The deployment fails.',
    fix: 'Set the trigger to an object with LambdaArn and `LambdaVersion: V1_0`.',
  },
  LG504: {
    severity: 'warning',
    title: 'Failed messages of a custom sender are not repeated',
    why: 'Cognito does not wait for a custom sender, and sends nothing itself. Only the retries of Lambda send a message after an error.',
    fix: 'Remove MaximumRetryAttempts, or set it to 2.',
  },
  LG505: {
    severity: 'note',
    title: 'Custom sender without a destination for failed events',
    why: 'After two retries, Lambda drops the event. The user waits for a message, and only the log shows that it was never sent.',
    fix: "Set DestinationConfig.OnFailure of an AWS::Lambda::EventInvokeConfig, or DeadLetterConfig of the function. The event has the code in encrypted form and the user's attributes.",
  },
}

/** Returns true if `word` is a code of doctor. */
export function isCode(word: string): word is Code {
  return Object.hasOwn(CODES, word)
}
