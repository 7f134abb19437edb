import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../../src/tools/local/loopback.ts'

/** A fake CloudFormation and S3 with one existing stack, which can be updated once. */
export interface StackEndpoint extends LocalService {
  /** The uploaded objects by key. */
  readonly objects: ReadonlyMap<string, Buffer>
  /** The calls to CloudFormation, in order. */
  readonly calls: readonly Call[]
}

interface Call {
  readonly action: string
  readonly parameters: URLSearchParams
}

const STACK = 'arn:aws:cloudformation:us-east-1:111122223333:stack/lifeguard-dev/1'

function stackEvent(status: string): string {
  const name = '<StackName>lifeguard-dev</StackName><LogicalResourceId>lifeguard-dev</LogicalResourceId>'
  const what = `<ResourceType>AWS::CloudFormation::Stack</ResourceType><ResourceStatus>${status}</ResourceStatus>`
  return `<member><EventId>${status}</EventId>${name}${what}</member>`
}

/** The part of each operation's response that osls reads. */
const ANSWERS: Readonly<Record<string, string>> = {
  GetCallerIdentity: '<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/developer</Arn>',
  DescribeStacks: `<Stacks><member><StackId>${STACK}</StackId><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs/></member></Stacks>`,
  DescribeStackResource: '<StackResourceDetail><PhysicalResourceId>bucket</PhysicalResourceId></StackResourceDetail>',
  DescribeChangeSet: `<StackId>${STACK}</StackId><Status>CREATE_COMPLETE</Status><Changes/>`,
  // CloudFormation lists the newest event first.
  DescribeStackEvents: `<StackEvents>${['UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS'].map(stackEvent).join('')}</StackEvents>`,
}

/** Starts the endpoint. */
export async function startStack(): Promise<StackEndpoint> {
  const objects = new Map<string, Buffer>()
  const calls: Call[] = []
  const answer = async (request: IncomingMessage): Promise<string> => {
    const body = await buffer(request)
    const key = decodeURIComponent(request.url?.split('?')[0]?.slice('/bucket/'.length) ?? '')
    if (request.method === 'PUT') objects.set(key, body)
    if (request.method === 'GET') return '<ListBucketResult/>'
    if (request.method !== 'POST') return ''
    const parameters = new URLSearchParams(body.toString())
    const action = parameters.get('Action') ?? ''
    calls.push({ action, parameters })
    return `<${action}Response><${action}Result>${ANSWERS[action] ?? ''}</${action}Result></${action}Response>`
  }
  const service = await listenOnLoopback(
    createServer((request, response) => {
      answer(request).then(
        (body) => response.writeHead(200, { 'content-type': 'text/xml' }).end(body),
        () => response.destroy(),
      )
    }),
  )
  return { ...service, objects, calls }
}
