import { isDeepStrictEqual } from 'node:util'
import { ASSUMPTION_NAMES, ASSUMPTIONS } from '../../src/tools/pool/assumptions.ts'
import { LOGIN_ROWS } from '../../src/tools/pool/login/table.ts'
import type { Authorisation, StepFacts, StepKind } from '../../src/tools/pool/operation.ts'
import { OPERATIONS } from '../../src/tools/pool/operations/table.ts'

const CALLERS: Readonly<Record<Authorisation, string>> = {
  none: 'anyone who knows the id of the app client',
  token: 'a user with an access token',
  'token or session': 'a user with an access token, or with the session of MFA_SETUP',
  IAM: 'an administrator with AWS credentials',
  'IAM without pool': 'an administrator with AWS credentials',
}
const KINDS: Readonly<Record<StepKind, string>> = {
  check: 'checks the request, and ends it with an error or a challenge',
  write: 'changes the state of the pool',
  trigger: 'calls the function of a trigger, if the pool has one',
  deliver: 'puts a message in the inbox, if no custom sender sends it',
  tokens: 'signs the tokens',
}

interface Row {
  readonly operation: string
  readonly caller: string
  /** The heading of the row on the page. */
  readonly heading: string
  readonly steps: readonly StepFacts[]
}

const ROWS: readonly Row[] = Object.entries(OPERATIONS).flatMap(([operation, { authorisation, rows }]) =>
  Object.entries(rows).map(([row, steps]) => ({
    operation,
    caller: CALLERS[authorisation],
    heading: row === '' ? operation : `${operation} ${row}`,
    steps,
  })),
)
const hasTrigger = ({ steps }: Row): boolean => steps.some(({ kind }) => kind === 'trigger')

/** Writes the page of the operations of the local pool. */
export function writeOperationsPage(): string {
  const calling = ROWS.filter(hasTrigger)
  return `# Operations of the local user pool

The local pool answers these operations of Amazon Cognito's API. This page lists the steps of each operation in their order, so that you can
see which functions run, and when. It is generated from the table that the pool runs.
[The local user pool](../guides/local-pool.md) shows how to start the pool.

The pool refuses any other operation with \`InvalidParameterException\`.

## Steps

A step with a condition is skipped if the condition does not hold. The first step that fails or answers ends the request. The changes of
earlier steps stay, as on AWS.

| Kind | Meaning |
| --- | --- |
${Object.entries(KINDS)
  .map(([kind, text]) => `| ${kind} | ${text} |`)
  .join('\n')}

## Assumptions

AWS does not document everything. A step that is not documented rests on an assumption, and the journal of the pool names it. You can turn
an assumption into its other reading: \`lifeguard dev --assume NAME\`. Test your functions with both readings.

| Assumption | Text | By default |
| --- | --- | --- |
${ASSUMPTION_NAMES.map((name) => `| \`${name}\` | ${ASSUMPTIONS[name].text} | ${ASSUMPTIONS[name].default ? 'holds' : 'does not hold'} |`).join('\n')}

## Operations that call triggers

${calling.map((row, index) => writeRow(row, calling.slice(0, index))).join('\n\n')}

## Managed login

The pages and endpoints of managed login run these steps. A federated sign-in ends at \`/oauth2/idpresponse\`.

${writeLogin()}

## Operations that call no trigger

| Operation | Caller | Steps |
| --- | --- | --- |
${ROWS.filter((row) => !hasTrigger(row))
  .map(({ heading, caller, steps }) => `| \`${heading}\` | ${caller} | ${steps.map(({ kind, text }) => `${kind}: ${text}`).join('; ')} |`)
  .join('\n')}
`
}

/** Writes the steps of a row, or a link to an earlier row with the same steps. */
function writeRow({ operation, heading, caller, steps }: Row, earlier: readonly Row[]): string {
  const same = earlier.find((row) => isDeepStrictEqual(toFacts(row.steps), toFacts(steps)))
  const start = `### ${heading}\n\nCaller: ${caller}.`
  if (same !== undefined) return `${start} The steps are those of [${same.heading}](#${toAnchor(same.heading)}).`
  const link = `https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_${operation}.html`
  return `${start} AWS: [${operation}](${link}).\n\n${writeSteps(steps)}`
}

function writeSteps(steps: readonly StepFacts[]): string {
  const rows = steps.map(({ kind, text, when, assumption }, index) => {
    const shown = kind === 'trigger' ? `\`${text}\`` : text
    const note = assumption === undefined ? '' : `, not documented by AWS: \`${assumption}\``
    return `| ${index + 1} | ${kind} | ${shown}${note} | ${when?.text ?? ''} |`
  })
  return `| | Kind | Step | Only if |\n| --- | --- | --- | --- |\n${rows.join('\n')}`
}

/** Writes the requests of managed login. A request with the steps of an operation has a link to the operation. */
function writeLogin(): string {
  return Object.entries(LOGIN_ROWS)
    .map(([row, steps]) => {
      const same = ROWS.find((each) => hasTrigger(each) && isDeepStrictEqual(toFacts(each.steps), toFacts(steps)))
      const body = same === undefined ? writeSteps(steps) : `The steps are those of [${same.heading}](#${toAnchor(same.heading)}).`
      return `### \`${row}\`\n\n${body}`
    })
    .join('\n\n')
}

function toFacts(steps: readonly StepFacts[]): unknown {
  return steps.map(({ kind, text, when, assumption }) => ({ kind, text, when: when?.text, assumption }))
}

function toAnchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-')
}
