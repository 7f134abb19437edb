import { isDeepStrictEqual } from 'node:util'
import { createAddress, createSub } from './events.ts'
import type { Answer } from './job.ts'
import { PROGRAMS, type ProgramName } from './programs.ts'
import { createEnvironment, NO_LATENCY, runCold, type Stage } from './stage.ts'

/** The denial messages of all programs, at sign-up and at a token refresh. */
const REFUSALS: readonly string[] = ['This email address cannot be used to sign up', 'Sign-in is not possible at the moment']

const PRE: readonly ProgramName[] = ['pre/bare', 'pre/bare-logging', 'pre/hand-written', 'pre/middy-zod', 'pre/powertools', 'pre/lifeguard']
// Programs that validate the whole event. The bare programs check only the domain.
const CHECKING: readonly ProgramName[] = ['pre/hand-written', 'pre/middy-zod', 'pre/powertools', 'pre/lifeguard']
const TOKEN: readonly ProgramName[] = ['token/hand-written', 'token/powertools', 'token/lifeguard']
const MESSAGE: readonly ProgramName[] = ['message/hand-written', 'message/powertools', 'message/lifeguard']
const DEFINE: readonly ProgramName[] = ['define/hand-written', 'define/powertools', 'define/lifeguard']
const POST: readonly ProgramName[] = ['post/hand-written', 'post/hand-written-commonjs', 'post/powertools', 'post/lifeguard']

/**
 * Checks before the measurement that the compared programs behave alike.
 *
 * @throws Error that names the program and its unexpected answer or effect.
 */
export async function checkPrograms(stage: Stage): Promise<void> {
  const { approved, unconfirmed, denied, awkward, malformed } = stage.events
  for (const name of PRE) {
    await expectAnswers(stage, name, [approved], isAnswer(approved, { autoConfirmUser: true }))
    await expectAnswers(stage, name, [unconfirmed], isAnswer(unconfirmed, { autoConfirmUser: false }))
    await expectAnswers(stage, name, denied, isDenial)
  }
  for (const name of CHECKING) {
    await expectAnswers(stage, name, awkward, isDenial)
    await expectAnswers(stage, name, malformed, ({ kind }) => kind === 'threw')
  }
  await stage.services.ask({ kind: 'delay', ...NO_LATENCY }, 'delayed')
  for (const name of TOKEN) {
    await expectAnswers(stage, name, [stage.events.refreshed], isAnswer(stage.events.refreshed, {}))
    await expectAnswers(stage, name, [stage.events.blocked], isDenial)
  }
  const { messaged, message, defined, step } = stage.events
  for (const name of MESSAGE) await expectAnswers(stage, name, [messaged], isAnswer(messaged, message))
  for (const name of DEFINE) await expectAnswers(stage, name, [defined], isAnswer(defined, step))
  for (const name of POST) await expectOnce(stage, name)
}

/**
 * Returns a function that checks an answer: the program must return the event, with `response` merged into its response and no other
 * change.
 */
export function isAnswer(event: string, response: object): (answer: Answer) => boolean {
  const sent = JSON.parse(event)
  const expected = { ...sent, response: { ...sent.response, ...response } }
  return (answer) => answer.kind === 'returned' && isDeepStrictEqual(answer.value, expected)
}

function isDenial(answer: Answer): boolean {
  return answer.kind === 'threw' && REFUSALS.includes(answer.message)
}

async function expectAnswers(stage: Stage, name: ProgramName, events: readonly string[], fits: (answer: Answer) => boolean): Promise<void> {
  const job = { kind: 'answers', file: stage.built.of(name).file, events } as const
  const { report } = await stage.launcher.run<readonly Answer[]>(name, job, createEnvironment(stage, name))
  for (const [index, event] of events.entries()) {
    const answer = report[index]
    if (answer === undefined || !fits(answer))
      throw new Error(`${formatTitle(name)} gave the unexpected answer ${JSON.stringify(answer)} to ${event}`)
  }
}

/** Sends the same event to two processes of a program, and checks that they write one profile and send one email. */
async function expectOnce(stage: Stage, name: ProgramName): Promise<void> {
  const { services, events, users } = stage
  const from = users(1)
  const event = events.confirmed.replaceAll('$N', String(from))
  const sent = JSON.parse(event)
  for (const time of ['first', 'second']) {
    const { report } = await runCold(stage, name, events.confirmed, 1, {}, { from })
    if (!isAnswer(event, {})(report.answer))
      throw new Error(`${formatTitle(name)} gave the unexpected answer ${JSON.stringify(report.answer)} to the ${time} event`)
    const look = { kind: 'look', sub: createSub(from), userPoolId: sent.userPoolId, email: createAddress(from) } as const
    const { profile, mails } = await services.ask(look, 'seen')
    if (mails !== 1) throw new Error(`${formatTitle(name)} sent ${mails} emails after the ${time} event; expected 1`)
    const { email, email_verified, given_name, family_name } = sent.request.userAttributes
    const kept = profile && { sub: profile.sub, userName: profile.userName, attributes: profile.attributes }
    const expected = { sub: createSub(from), userName: sent.userName, attributes: { email, email_verified, given_name, family_name } }
    if (!isDeepStrictEqual(kept, expected) || typeof profile?.confirmedAt !== 'string') {
      throw new Error(`${formatTitle(name)} wrote an unexpected profile: ${JSON.stringify(profile)}`)
    }
  }
}

function formatTitle(name: ProgramName): string {
  return `${name} (${PROGRAMS[name].title})`
}
