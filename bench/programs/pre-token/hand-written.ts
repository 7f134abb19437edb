import { type Refreshed, refuseBlocked } from './job.ts'

export const handler = async (event: Refreshed): Promise<Refreshed> => {
  if (event.triggerSource !== 'TokenGeneration_ClientCredentials') await refuseBlocked(event)
  return event
}
