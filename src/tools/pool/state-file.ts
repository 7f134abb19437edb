import { createPrivateKey } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { parseJson } from '../lib/json.ts'
import { CognitoError } from './errors.ts'
import { isStoredPool, restorePool, type Store, toStored } from './store.ts'
import { createSigningKey, type SigningKey } from './tokens.ts'

const VERSION = 1
const DELAY_MS = 200

/** A file that keeps the pools between two starts. */
export interface StateFile {
  /** The key of the tokens. Tokens from before a restart stay valid. */
  readonly key: SigningKey
  /** Saves changes that are not saved yet, and ends. */
  readonly close: () => Promise<void>
}

/**
 * Reads the pools of a state file into a store, and saves each later change.
 *
 * @param onProblem Receives the message of a change that cannot be saved.
 * @throws UsageError if the file exists and is not a state file.
 */
export async function openStateFile(file: string, store: Store, onProblem: (problem: string) => void): Promise<StateFile> {
  const saved = await readState(file, store)
  const key = createSigningKey(saved === undefined ? undefined : createPrivateKey(saved))
  let timer: NodeJS.Timeout | undefined
  let saving = Promise.resolve()
  const save = async (): Promise<void> => {
    timer = undefined
    const state = { version: VERSION, key: await key.exported(), pools: [...store.pools.values()].map(toStored) }
    // A crash in the middle must not leave half a file.
    await writeFile(`${file}.tmp`, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 })
    await rename(`${file}.tmp`, file)
  }
  const start = (): void => {
    saving = saving.then(save).catch((error: unknown) => onProblem(`${file}: ${error instanceof Error ? error.message : String(error)}`))
  }
  await save().catch((error: unknown) => {
    throw new UsageError(`${file}: the state cannot be saved: ${error instanceof Error ? error.message : String(error)}`)
  })
  store.onChange = () => {
    timer ??= setTimeout(start, DELAY_MS)
  }
  return {
    key,
    async close() {
      clearTimeout(timer)
      start()
      await saving
    },
  }
}

async function readState(file: string, store: Store): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new UsageError(`${file}: ${error.message}`)
  })
  if (text === undefined) return undefined
  const state = parseJson(file, text)
  if (!isObject(state) || state.version !== VERSION || !Array.isArray(state.pools))
    throw new UsageError(
      `${file} is not a state file of lifeguard dev; expected version ${VERSION} and pools. Name another file, or delete it`,
    )
  const pools: readonly unknown[] = state.pools
  for (const pool of pools) {
    if (!isStoredPool(pool)) throw new UsageError(`${file}: a pool is damaged. Name another file, or delete it`)
    try {
      restorePool(store, pool)
    } catch (error) {
      if (error instanceof CognitoError)
        throw new UsageError(`${file}: the settings of the pool ${pool.id} are not valid: ${error.message}`)
      throw error
    }
  }
  return typeof state.key === 'string' ? state.key : undefined
}
