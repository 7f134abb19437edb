// Probes the local user pool and cognito-local, and writes what it observed to docs/reference/local-pool-comparison.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPeers } from '../../peers.ts'
import { buildLauncher, CONTESTANTS, type Contestant, startContestant } from '../contestants.ts'
import { createPoolClient } from '../flow.ts'
import { FIDELITY_PROBES, probeFidelity } from './fidelity-probes.ts'
import { startFunctions } from './function-endpoint.ts'
import { startKeyService } from './key-service.ts'
import { OPERATION_PROBES, probeOperation } from './operation-probes.ts'
import { type Comparison, toPage } from './page.ts'
import { createPoolWith, type Finding, PLAIN_TRIGGERS, SPECIAL_TRIGGERS, type Subject, toLambdaConfig } from './probe.ts'
import { probeTrigger, TRIGGER_PROBES } from './trigger-probes.ts'

const PAGE = new URL('../../../docs/reference/local-pool-comparison.md', import.meta.url)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

const peers = await installPeers(fileURLToPath(new URL('../..', import.meta.url)), ending.signal)
const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
const folder = await mkdtemp(join(tmpdir(), 'lifeguard-compare-'))
const keys = await startKeyService()
const found = { Lifeguard: await probeAll('Lifeguard'), 'cognito-local': await probeAll('cognito-local') }
keys.stop()
await rm(folder, { recursive: true })
const versions = { Lifeguard: version, 'cognito-local': peers['cognito-local'] ?? 'unknown', node: process.versions.node }
await writeFile(PAGE, toPage(found, versions, new Date()))
process.stdout.write(`${CONTESTANTS.map((name) => `${name}: ${countKinds(found[name])}`).join('\n')}\n`)

/** Runs all probes on a pool. The triggers that change every sign-up run in a second process. */
async function probeAll(name: Contestant): Promise<Comparison> {
  const launcher = await buildLauncher(folder)
  const operations = new Map<string, Finding>()
  const triggers = new Map<string, Finding>()
  const fidelity = new Map<string, Finding>()
  for (const isSpecial of [false, true]) {
    const names = isSpecial ? SPECIAL_TRIGGERS : PLAIN_TRIGGERS
    const functions = await startFunctions()
    const pool = await startContestant(name, {
      launcher,
      functions: { url: functions.url, triggers: names, kms: keys },
    })
    const client = createPoolClient(pool.endpoint)
    try {
      const ids = await createPoolWith(client, [], { LambdaConfig: toLambdaConfig(names, isSpecial ? keys.key : undefined) })
      const subject: Subject = { ...client, pool, functions, ids }
      if (!isSpecial) for (const probe of OPERATION_PROBES) operations.set(probe.name, await probeOperation(subject, probe))
      for (const probe of TRIGGER_PROBES)
        if ((probe.isSpecial ?? false) === isSpecial) triggers.set(probe.source, await probeTrigger(subject, probe))
      for (const probe of FIDELITY_PROBES)
        if ((probe.isSpecial ?? false) === isSpecial) fidelity.set(probe.text, await probeFidelity(subject, probe))
    } finally {
      client.close()
      functions.stop()
      await pool.stop()
    }
  }
  return { operations, triggers, fidelity }
}

function countKinds({ operations, triggers, fidelity }: Comparison): string {
  const all = [...operations.values(), ...triggers.values(), ...fidelity.values()]
  return (['works', 'different', 'refuses', 'unknown'] as const)
    .map((kind) => `${all.filter((each) => each.kind === kind).length} ${kind}`)
    .join(', ')
}
