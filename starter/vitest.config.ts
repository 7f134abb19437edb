import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { defineConfig } from 'vitest/config'

// The settings with which events are replayed.
const env = parseEnv(readFileSync('lifeguard.env', 'utf8'))

export default defineConfig({ test: { env } })
