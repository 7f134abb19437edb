import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { defineConfig } from 'vitest/config'

// The settings of `lifeguard replay`. As there, a variable of your environment takes precedence.
// BLOCK_TABLE is empty, because the tests run without DynamoDB.
const env = { ...parseEnv(readFileSync('lifeguard.env', 'utf8')), ...process.env, BLOCK_TABLE: '' }

export default defineConfig({ test: { env } })
