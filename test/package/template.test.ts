import { afterAll, beforeAll } from 'vitest'
import { copyBuild } from '../support/built.ts'
import { type Deployment, makeDeployment, packageService, type Template } from '../support/package/deployment.ts'
import type { Packaged } from '../support/package/packaged.ts'
import { assertAlarms } from './template/alarms.ts'
import { assertFunctions } from './template/functions.ts'
import { assertParameters } from './template/parameters.ts'
import { assertPool } from './template/pool.ts'
import { assertRoles } from './template/roles.ts'
import { assertTables } from './template/tables.ts'
import { assertWhole } from './template/whole.ts'

const WITH_SENDER = [
  'welcomeEmailFrom=Example <welcome@example.com>',
  'welcomeAppName=Example',
  'welcomeAppUrl=https://example.com',
  'welcomeSince=2026-01-01',
]

let deployment: Deployment
let sending: Template
let unblocked: Template
let invited: Template
let tracing: Template

beforeAll(async () => {
  deployment = await makeDeployment(await copyBuild())
  sending = (await packageService(deployment.folder, WITH_SENDER)).template
  unblocked = (await packageService(deployment.folder, ['blockAtSignUp=off'])).template
  invited = (await packageService(deployment.folder, ['invitations=code', 'refusalCodes=all'])).template
  tracing = (await packageService(deployment.folder, ['tracing=Active'])).template
}, 300_000)
afterAll(() => deployment.remove())

// All tests of the template are in one file, because each file would have to package the service again.
const packaged: Packaged = {
  template: () => deployment.template,
  sending: () => sending,
  unblocked: () => unblocked,
  invited: () => invited,
  tracing: () => tracing,
  folder: () => deployment.folder,
}

assertFunctions(packaged)
assertRoles(packaged)
assertTables(packaged)
assertPool(packaged)
assertParameters(packaged)
assertWhole(packaged)
assertAlarms(packaged)
