import { mkdirSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { buildDomainFiles } from 'cognito-lifeguard/esbuild'
import { defineConfig } from 'vitest/config'

// A bundle has the lists of domains/ beside it, but tests run the sources. So build the lists into a folder for tests.
const lists = resolve('node_modules/.cache/lifeguard-lists')
mkdirSync(lists, { recursive: true })
await buildDomainFiles('domains', lists)

/** Replaces the path of a list, which is relative to a bundle, by the path of the list for tests. */
function locateList(value: string | undefined): string | undefined {
  const [, path] = /^\s*@file:(.+)$/.exec(value ?? '') ?? []
  return path === undefined || isAbsolute(path) ? value : `@file:${resolve(lists, path)}`
}

// Tests use the settings of `lifeguard replay`. As in replay, variables of your environment take precedence. BLOCK_TABLE is empty,
// because the tests run without DynamoDB.
const settings = { ...parseEnv(readFileSync('lifeguard.env', 'utf8')), ...process.env, BLOCK_TABLE: '' }
const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, locateList(value)]))

export default defineConfig({ test: { env } })
