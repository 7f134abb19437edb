// Reads a file that only a Lambda layer has.
import { readFileSync } from 'node:fs'

readFileSync('/opt/gone')

export const handler = async (event) => event
