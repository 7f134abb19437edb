import { createReadStream } from 'node:fs'
import { UsageError } from '../lib/errors.ts'
import { MOST_BYTES, tooLarge } from './parse-yaml.ts'

/**
 * Reads a file that a template or a configuration may be. Of one that is too large, or has no end, no more is read.
 *
 * @param shown Its name, for the error.
 * @throws UsageError when it is larger than any template.
 */
export async function readLimited(path: string, shown: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MOST_BYTES) throw new UsageError(tooLarge(shown))
  return bytes.toString('utf8')
}
