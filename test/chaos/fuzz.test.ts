import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../src/tools/lib/environment.ts'
import type { ReceivedMail } from '../../src/tools/local/ses/local-ses.ts'
import { type Embedded, startEmbedded } from '../../src/tools/replay/embedded.ts'
import { repository } from '../support/built.ts'
import { type FuzzJob, FuzzMessage } from '../support/fuzz/fuzz-job.ts'
import { oracleAllows } from '../support/fuzz/fuzz-oracle.ts'
import { acceptedForms, hostileAddresses } from '../support/hostile-addresses.ts'
import { loadContracts } from '../support/triggers.ts'

const CHILD = join(import.meta.dirname, 'fixtures/fuzz-child.ts')
const SEED = wholeNumber('FUZZ_SEED', 0, 20260101)
const EVENTS = wholeNumber('FUZZ_EVENTS', 2000, 10_000)
const TIMEOUT_MS = 120_000 + EVENTS * 10

// Most events are sign-ups, because they are the most critical. Events with service calls take ten times as long.
const OTHERS = Math.floor(Math.min(EVENTS * 0.3, 4000 + EVENTS * 0.1))
const SIGN_UPS = EVENTS - OTHERS

const functions = await loadContracts()
const others = functions.filter(({ name, optional }) => name !== 'preSignUp' && !optional).map(({ name }) => name)
const optional = functions.filter((each) => each.optional).map(({ name }) => name)

const NOWHERE = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }

type Report = Extract<FuzzMessage, { kind: 'report' }>

let services: Embedded
beforeAll(async () => {
  services = await startEmbedded(defaultSettings(), [join(repository, 'events')])
  await services.startFor(join(repository, 'dist/pre-auth/handler.js'))
  console.info(`FUZZ_SEED=${SEED} FUZZ_EVENTS=${EVENTS}`)
})
afterAll(() => services?.stop())

/** Returns the emails that the handlers have sent. */
const listMails = async (): Promise<readonly ReceivedMail[]> => (await services.sideEffects()).mails

describe('oracleAllows', () => {
  it('oracleAllows rejects every hostile address, and accepts every valid spelling of an allowed domain', () => {
    expect(hostileAddresses.filter(({ address }) => oracleAllows(address))).toEqual([])
    expect(acceptedForms.filter(({ address }) => !oracleAllows(address))).toEqual([])
  })
})

describe('fuzzing of the built handlers', () => {
  it(
    `finds no crash, no private error message and no wrong approval: ${SIGN_UPS} sign-ups, ${OTHERS} other events, ${EVENTS} events of optional functions`,
    async () => {
      const [signUps, rest, more] = await Promise.all([
        fuzz({ seed: SEED, first: 0, count: SIGN_UPS, functions: ['preSignUp'], concurrency: 1 }),
        fuzz({
          seed: SEED,
          first: SIGN_UPS,
          count: OTHERS,
          functions: others,
          concurrency: 8,
        }),
        fuzz({ seed: SEED, first: EVENTS, count: EVENTS, functions: optional, concurrency: 48 }),
      ])
      const tally = { ...signUps.tally, ...rest.tally, ...more.tally }
      console.info(tally, `${(await listMails()).length} mails in the inbox`)

      expect([...signUps.problems, ...rest.problems, ...more.problems]).toEqual([])
      expect(signUps.problemCount + rest.problemCount + more.problemCount).toBe(0)
      expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(2 * EVENTS)
      // Checks that each outcome occurs, because a handler that denies everything would pass the checks above.
      for (const kind of ['proceed', 'denied', 'failed']) expect(tally[`preSignUp ${kind}`]).toBeGreaterThan(SIGN_UPS / 50)
      for (const name of others) {
        for (const kind of ['proceed', 'failed']) expect(tally[`${name} ${kind}`]).toBeGreaterThan(OTHERS / 150)
      }
      for (const name of optional) {
        for (const kind of ['proceed', 'failed']) expect(tally[`${name} ${kind}`], name).toBeGreaterThan(EVENTS / optional.length / 100)
      }
      expect(tally['preAuthentication denied']).toBeGreaterThan(OTHERS / 150)
    },
    TIMEOUT_MS,
  )

  it('sends each email to exactly one plain address', async () => {
    const mails = await listMails()
    expect(mails).not.toHaveLength(0)
    const odd = mails.filter(
      ({ to, cc, bcc }) => to.length !== 1 || cc.length + bcc.length > 0 || !/^[^\s@",;:<>()]+@[a-z0-9.-]+$/.test(`${to[0]}`),
    )
    expect(odd).toEqual([])
  })
})

function wholeNumber(name: string, least: number, otherwise: number): number {
  const text = process.env[name]
  const value = text ? Number(text) : otherwise
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} is '${text}'; expected a whole number of at least ${least}`)
  return value
}

/** Runs a job in a child process. If the process ends without a report, it has crashed. */
async function fuzz(job: FuzzJob): Promise<Report> {
  const { EVENT_CORPUS, PATH } = process.env
  const child = fork(CHILD, [JSON.stringify(job)], {
    env: { PATH, ...(EVENT_CORPUS && { EVENT_CORPUS }), ...defaultSettings(), ...NOWHERE, ...services.environment },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let report: Report | undefined
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.on('message', (raw) => {
    const message = FuzzMessage.parse(raw)
    if (message.kind === 'report') report = message
    else if (message.done % 50_000 === 0) console.info(`${job.functions.join(', ')}: ${message.done} of ${job.count}`)
  })
  // Waits for 'close', because 'exit' may fire before the last message arrives.
  const [code, signal] = await once(child, 'close')
  if (report !== undefined && code === 0) return report
  return { kind: 'report', tally: {}, problems: [`FUZZ_SEED=${SEED}: the process crashed (${code ?? signal}): ${stderr}`], problemCount: 1 }
}
