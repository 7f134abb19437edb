import { startLocalServer } from './local-server.ts'
import { readLocalSettings } from './settings.ts'

try {
  const server = await startLocalServer(readLocalSettings(process.env))
  const address = server.address()
  console.log(`The API listens on http://localhost:${typeof address === 'object' ? address?.port : address}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
