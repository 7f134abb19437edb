import { randomUUID } from 'node:crypto'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { vi } from 'vitest'
import * as z from 'zod'
import type { Block } from '../../src/shared/blocks/block-list.ts'
import { dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { findTrigger } from '../../src/shared/cognito/triggers.ts'
import { defaultSettings } from '../../src/tools/lib/environment.ts'
import { startServices } from '../../src/tools/local/services.ts'
import type { ReceivedMail } from '../../src/tools/local/ses/local-ses.ts'
import type { ReceivedText } from '../../src/tools/local/sns/server.ts'
import { unsetLifeguard } from './environment.ts'
import { dynamoDbClient } from './local-clients.ts'
import { seededTables } from './sample-events.ts'
import { BLOCKS, FOLDERS, FUNCTIONS } from './triggers.ts'

interface Decided {
  readonly decision: 'proceed' | 'denied' | 'failed'
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly trace: readonly { readonly rule: string; readonly outcome: string; readonly reason?: string | undefined }[]
}

const LogLine: z.ZodType<Decided> = z.object({
  decision: z.enum(['proceed', 'denied', 'failed']),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
  trace: z.array(z.object({ rule: z.string(), outcome: z.string(), reason: z.string().optional() })),
})

/** The result of an invocation: the decision in the log line, and the answer for Cognito. */
export interface Handled extends Decided {
  /** The answer, parsed from JSON as Cognito gets it. Absent if the handler threw. */
  readonly answer?: unknown
}

/** The deployed handlers, which run in this process with local services. */
export interface DefaultHandlers {
  readonly handle: (folder: string, event: unknown) => Promise<Handled>
  readonly inbox: () => readonly ReceivedMail[]
  readonly texts: () => readonly ReceivedText[]
  readonly stop: () => Promise<void>
}

type Handler = (event: unknown, context: { readonly awsRequestId: string }) => Promise<unknown>
type Module = Readonly<Record<string, Handler>>

/** Starts the services, writes the blocks, and loads the handlers with their default chains. */
export async function startDefaultHandlers(blocks: readonly Block[]): Promise<DefaultHandlers> {
  const tables = { blocks: 'sample-blocks', profiles: 'sample-profiles', effects: 'sample-effects', limits: 'sample-limits' }
  const services = await startServices(tables, seededTables())
  unsetLifeguard()
  const nowhere = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
  for (const [name, value] of Object.entries({ ...defaultSettings(), ...nowhere, ...services.environment })) vi.stubEnv(name, value)
  const client = dynamoDbClient(services.dynamodb.endpoint)
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const writer = dynamoBlockWriter({ documents: () => documents, table: tables.blocks })
  for (const block of blocks) await writer.block(block)

  const modules = new Map<string, Module>()
  for (const folder of FOLDERS.filter((each) => FUNCTIONS.includes(each)))
    modules.set(folder, await import(`../../src/${folder}/handler.ts`))

  return {
    handle: (folder, event) => handleWith(findHandler(modules, folder, event), event),
    inbox: services.ses.inbox,
    texts: services.sns.texts,
    stop: async () => {
      vi.unstubAllEnvs()
      client.destroy()
      await services.stop()
    },
  }
}

/** Finds the handler of an event. A folder with several triggers has a handler for each. */
function findHandler(modules: ReadonlyMap<string, Module>, folder: string, event: unknown): Handler | undefined {
  const { triggerSource } = Object(event)
  const own = BLOCKS.filter((block) => block.folder === folder)
  const block = own.find(({ trigger }) => trigger === findTrigger(String(triggerSource))) ?? own[0]
  return modules.get(folder)?.[`${block?.exported}`]
}

/** Runs a handler once and reads its decision from its log line, because a second invocation would repeat the effects. */
async function handleWith(handler: Handler | undefined, event: unknown): Promise<Handled> {
  if (handler === undefined) throw new Error('No handler is deployed for this folder')
  const awsRequestId = randomUUID()
  const lines: string[] = []
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0)
  let answered: { readonly answer?: unknown } = {}
  try {
    // Converts event and answer to JSON and back, as Lambda does.
    const answer = await handler(JSON.parse(JSON.stringify(event)), { awsRequestId })
    answered = { answer: JSON.parse(JSON.stringify(answer)) }
  } catch {
    // The error is ignored, because the log line contains the decision.
  } finally {
    stdout.mockRestore()
  }
  const own = lines.filter((line) => line.includes(awsRequestId))
  if (own.length !== 1) throw new Error(`expected one log line, got ${own.length}`)
  return { ...LogLine.parse(JSON.parse(own.join(''))), ...answered }
}
