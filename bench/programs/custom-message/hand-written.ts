import { type Messaging, writeMessage } from './job.ts'

export const handler = async (event: Messaging): Promise<Messaging> => writeMessage(event)
