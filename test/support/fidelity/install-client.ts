// Installs AWS's runtime client. `npm test` runs this file before the tests, so that all tests use the same installation.
import { installClient } from './runtime-client.ts'

const client = await installClient()
if ('missing' in client) console.warn(`\nSKIPPED: the tests under AWS's own runtime client do not run: ${client.missing}.\n`)
