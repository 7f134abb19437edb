import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/**
 * Starts a DynamoDB and an SES that say yes to everything and keep nothing: a start of a handler goes the way that it goes
 * when all is well.
 *
 * @returns The endpoint of both.
 */
export function startYesServices(): Promise<string> {
  const server = createServer(async (request, response) => {
    const asked = await text(request)
    const dynamoDb = request.headers['x-amz-target'] !== undefined
    response.setHeader('content-type', dynamoDb ? 'application/x-amz-json-1.0' : 'text/xml')
    response.end(dynamoDb ? nothingFound(JSON.parse(asked)) : SENT)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('The services have no port'))
      else resolve(`http://127.0.0.1:${address.port}`)
    })
  })
}

/** Of a BatchGetItem, no item of any table; of the others, success. */
function nothingFound({ RequestItems = {} }: { readonly RequestItems?: object }): string {
  const Responses = Object.fromEntries(Object.keys(RequestItems).map((table) => [table, []]))
  return JSON.stringify({ Responses, UnprocessedKeys: {} })
}

const SENT = `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>1</MessageId>
</SendEmailResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SendEmailResponse>`
