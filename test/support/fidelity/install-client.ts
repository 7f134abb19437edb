// Run by `npm test` before the tests, so that they all find the same.
import { installClient } from './runtime-client.ts'

const client = await installClient()
if ('missing' in client) console.warn(`\nSKIPPED: the tests under AWS's own runtime client do not run, ${client.missing}.\n`)
