import type { IncomingMessage } from 'node:http'

/**
 * Reads the body of a request as text. Reads one above the limit to its end without keeping it, because most clients miss a response that
 * comes before the end.
 *
 * @param most The highest number of bytes.
 * @returns undefined for a body above the limit.
 */
export async function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= most) chunks.push(chunk)
  }
  return length <= most ? Buffer.concat(chunks).toString('utf8') : undefined
}
