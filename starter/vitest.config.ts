import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { defineConfig } from 'vitest/config'

// The settings with which events are replayed. What you set yourself goes before, as it does there.
// Without the table of blocks, since the tests of the rules run without DynamoDB.
const env = { ...parseEnv(readFileSync('lifeguard.env', 'utf8')), ...process.env, BLOCK_TABLE: '' }

export default defineConfig({ test: { env } })
