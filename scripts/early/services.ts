import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** A DynamoDB and an SES that say yes to everything and keep nothing. */
export interface YesServices {
  readonly port: number
  /** Whether a call came again: its caller had given up on the first one, as it does where a machine is very busy. */
  readonly heardAgain: () => boolean
}

/** Starts them, so that a start of a handler goes the way that it goes when all is well. */
export function startYesServices(): Promise<YesServices> {
  let again = false
  const server = createServer(async (request, response) => {
    const asked = await text(request)
    const dynamoDb = request.headers['x-amz-target'] !== undefined
    if (/\battempt=(?!1\b)/.test(`${request.headers['amz-sdk-request']}`)) again = true
    response.setHeader('content-type', dynamoDb ? 'application/x-amz-json-1.0' : 'text/xml')
    response.end(dynamoDb ? nothingFound(JSON.parse(asked)) : SENT)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('The services have no port'))
      else resolve({ port: address.port, heardAgain: () => again })
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
