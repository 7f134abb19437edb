import { chooseStep, type Defining } from './job.ts'

export const handler = async (event: Defining): Promise<Defining> => chooseStep(event)
