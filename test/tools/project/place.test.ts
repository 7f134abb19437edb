import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openConfiguration } from '../../../src/tools/project/configuration-files.ts'
import { createServerlessPlaceFinder } from '../../../src/tools/project/serverless-place.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

// Returns a ${file(...)} reference of the Serverless Framework. It is escaped, because TypeScript would interpolate it.
const file = (name: string, inside: string = ''): string => `\${file(${name})${inside}}`

const CONFIGURATION = `service: shop
provider: ${file('parts/provider.yml')}
functions:
  - ${file('parts/functions.yml')}
  - welcome-all:
      handler: welcome.handler
      environment: { SENDER: a }
resources:
  - ${file('parts/pool.yml')}
  - ${file('parts/roles.yml')}
  - ${file('gone.yml')}
  - ${file('program.js')}
  - Resources:
      Topic:
        Type: AWS::SNS::Topic
      Queue: ${file('parts/queues.yml', ':all.first')}
`

const FILES = {
  'serverless.yml': CONFIGURATION,
  'parts/provider.yml': 'name: aws\ntimeout: 10\nenvironment:\n  LOG_LEVEL: info\n',
  'parts/functions.yml': 'preSignUp:\n  handler: a.handler\n  memorySize: 128\n',
  'parts/pool.yml': 'Resources:\n  Users:\n    Properties:\n      AutoVerified: [email]\n',
  'parts/roles.yml': 'Resources:\n  Role:\n    Properties:\n      Policies: []\n',
  'parts/queues.yml': 'all:\n  first:\n    Type: AWS::SQS::Queue\n',
  'program.js': 'export default () => ({ a: [ })',
}

async function findPlaces(files: Readonly<Record<string, string>>, ...at: readonly string[]): Promise<readonly string[]> {
  const folder = await createFolder(files)
  const place = createServerlessPlaceFinder(await openConfiguration(join(folder, 'serverless.yml'), folder))
  return at.map((each) => {
    const [resource = '', ...path] = each.split('.')
    const found = place({ resource, path })
    return found === undefined ? 'nowhere' : `${found.file}:${found.line}`
  })
}

describe('createServerlessPlaceFinder', () => {
  it.each([
    ['Users.Properties.AutoVerified', 'parts/pool.yml:4'],
    ['Users.Properties.Unheard', 'parts/pool.yml:3'],
    ['Role.Properties.Policies', 'parts/roles.yml:4'],
    ['Topic.Properties.Name', 'serverless.yml:14'],
    ['Queue.Type', 'parts/queues.yml:3'],
    ['PreSignUpLambdaFunction.Properties.MemorySize', 'parts/functions.yml:3'],
    ['PreSignUpLambdaFunction.Properties.Timeout', 'parts/provider.yml:2'],
    ['PreSignUpLambdaFunction.Properties.Environment.Variables.LOG_LEVEL', 'parts/provider.yml:4'],
    ['PreSignUpLambdaFunction.Properties.Role', 'parts/functions.yml:1'],
    ['WelcomeDashallLambdaFunction.Properties.Environment.Variables.SENDER', 'serverless.yml:7'],
    ['IamRoleLambdaExecution.Properties.Policies', 'parts/provider.yml:1'],
    ['Gone.Properties', 'nowhere'],
    ['GoneLambdaFunction.Properties.Timeout', 'nowhere'],
  ])('returns the file and line of %s', async (at, place) => {
    expect(await findPlaces(FILES, at)).toEqual([place])
  })

  it('returns no place if configuration files include themselves', async () => {
    const round = `- ${file('round.yml')}\n- ${file('round.yml')}\n`
    const files = { 'serverless.yml': `functions: ${file('self.yml', ':a')}\nresources: ${file('round.yml')}\n`, 'round.yml': round }
    expect(await findPlaces({ ...files, 'self.yml': `a: ${file('self.yml', ':a')}\n` }, 'A.Properties', 'ALambdaFunction')).toEqual([
      'nowhere',
      'nowhere',
    ])
  })
})
