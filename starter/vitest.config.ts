import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { defineConfig } from 'vitest/config'

// Tests use the settings of `lifeguard replay`. As in replay, variables of your environment take precedence. BLOCK_TABLE is empty,
// because the tests run without DynamoDB.
const env = { ...parseEnv(readFileSync('lifeguard.env', 'utf8')), ...process.env, BLOCK_TABLE: '' }

export default defineConfig({ test: { env } })
