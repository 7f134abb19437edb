import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { defineConfig } from 'vitest/config'

// The settings with which events are replayed. What you set yourself goes before, as it does there.
const env = { ...parseEnv(readFileSync('lifeguard.env', 'utf8')), ...process.env }

export default defineConfig({ test: { env } })
