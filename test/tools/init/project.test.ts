import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProjectFiles, type ProjectFiles } from '../../../src/tools/init/project.ts'
import { readOwnManifest } from '../../../src/tools/lib/own-package.ts'
import { repository } from '../../support/built.ts'
import { DEPLOYED, FOLDERS } from '../../support/triggers.ts'

/** Parses a copied YAML file, and replaces the paths of the guides by those of this repository. */
const deployed = (text: string | undefined): ReturnType<typeof parse> =>
  parse(text?.replaceAll('node_modules/cognito-lifeguard/docs/', 'docs/') ?? '', { logLevel: 'error', merge: true })
const here = (path: string): Promise<string> => readFile(join(repository, path), 'utf8')
let files: ProjectFiles

beforeAll(async () => {
  files = await createProjectFiles('my-users', await readOwnManifest(), { spec: '^0.1.0' })
})

describe('a new project', () => {
  it('has copies of the deployment files, without the optional functions. Otherwise only the service name and the paths of guides differ', async () => {
    for (const file of ['serverless.yml', 'serverless.existing-pool.yml']) {
      const { service, custom, ...same } = deployed(await here(file))
      const renamed = service.replace('lifeguard', 'my-users')
      const optional = file === 'serverless.yml' ? {} : custom.optional
      expect(deployed(files.get(file))).toEqual({ service: renamed, custom: { ...custom, optional }, ...same })
    }
    for (const name of await readdir(join(repository, 'deploy'))) {
      expect(files.get(`deploy/${name}`)?.replaceAll('node_modules/cognito-lifeguard/docs/', 'docs/'), name).toBe(
        await here(`deploy/${name}`),
      )
    }
  })

  it('allows the given domain in serverless.yml, and uses it in the events', async () => {
    const named = await createProjectFiles('my-users', await readOwnManifest(), { spec: '^0.1.0' }, 'acme.test')

    expect(named.get('serverless.yml')).toContain("param:allowedEmailDomains, 'acme.test'}")
    expect(named.get('README.md')).toContain('Only addresses in `acme.test` may sign up')
    expect(named.get('events/pre-signup/sign-up-mary.json')).toContain('"mary@acme.test"')
    expect(named.get('events/pre-signup/sign-up-look-alike-prefix.json')).toContain('"eve@acme.test.attacker.example"')
    expect(named.get('events/post-confirmation/settings.env')).toContain('\nWELCOME_EMAIL_FROM=welcome@acme.test\n')
  })

  it('has each setting in one place: in serverless.yml, or beside the events if a deployment leaves it empty', () => {
    const settings = [...files].flatMap(([path, text]) => (path.endsWith('.env') ? Object.keys(parseEnv(text)) : []))

    expect(new Set(settings)).toEqual(new Set(['WELCOME_EMAIL_FROM', 'WELCOME_APP_NAME', 'WELCOME_APP_URL']))
    expect(parse(files.get('deploy/params.yml') ?? '')).toMatchObject({ welcomeEmailFrom: '', welcomeAppName: '', welcomeAppUrl: '' })
  })

  it('contains no path of a file that does not exist', async () => {
    const links = [...files].flatMap(([path, text]) =>
      path.endsWith('.json') ? [] : [...text.matchAll(/\b(?:docs|deploy|src|events)\/[\w/.-]+\.\w+/g)],
    )
    expect(links.length).toBeGreaterThan(10)
    for (const [link] of links) expect(link.startsWith('docs/') ? await here(link) : files.get(link), link).toBeTypeOf('string')
    expect(files.get('deploy/tables.yml')).toContain('node_modules/cognito-lifeguard/docs/guides/deploy.md')
  })

  it('has handlers that read every environment variable in serverless.yml', () => {
    const { functions, provider } = parse(files.get('serverless.yml') ?? '', { logLevel: 'error' })
    const blocks = functions.flatMap((each: unknown) => (typeof each === 'object' ? Object.values(Object(each)) : []))
    const environments: readonly object[] = [provider, ...blocks].map(({ environment }) => environment)
    const names = new Set(environments.flatMap(Object.keys))
    const sources = [...files].flatMap(([path, text]) => (path.startsWith('src/') ? [text] : [])).join('\n')
    expect([...names].filter((name) => !new RegExp(`\\b${name}: `).test(sources) && !/^LOG_|^REFUSAL_CODES$/.test(name))).toEqual([])
    expect(sources.split('...logFields').length - 1).toBe(FOLDERS.filter((folder) => DEPLOYED.includes(folder)).length)
  })

  it('contains sample events of this repository with their expectations', async () => {
    const events = [...files].filter(([path]) => path.startsWith('events/'))
    for (const [path, text] of events) if (path.endsWith('.json')) expect(text, path).toBe(await here(path))
    for (const trigger of FOLDERS.filter((folder) => DEPLOYED.includes(folder))) {
      const cases = events.flatMap(([path]) => (path.startsWith(`events/${trigger}/`) && /(?<!\.expect)\.json$/.test(path) ? [path] : []))
      expect(cases.length).toBeGreaterThan(1)
      for (const path of cases) expect(files.has(path.replace('.json', '.expect.json')), path).toBe(true)
    }
  })

  it('has a README that lists each file in which findings are accepted', () => {
    const accepting = [...files].flatMap(([path, text]) => (/- code: LG\d+/.test(text) ? [path] : []))
    expect(accepting.length).toBeGreaterThan(0)
    for (const path of accepting) expect(files.get('README.md')).toContain(`\`${path}\` accepts them`)
  })

  it('lists every package with an install script in allowScripts, so that npm does not ask', () => {
    const { allowScripts } = JSON.parse(files.get('package.json') ?? '')
    const { packages } = JSON.parse(files.get('package-lock.json') ?? '')
    const scripted = Object.keys(packages).filter((path) => packages[path].hasInstallScript)
    expect(scripted.map((path) => path.replace(/^.*node_modules\//, '')).toSorted()).toEqual(Object.keys(allowScripts).toSorted())
  })

  it('contains no placeholder such as {{name}}, and ends every file with a line break', () => {
    for (const [path, text] of files) {
      if (!/^src\/post-confirmation\/(default-chain|welcome)/.test(path)) expect(text, path).not.toMatch(/\{\{(?!#?name\}\}.*`)/)
      expect(text.endsWith('\n'), path).toBe(true)
    }
    expect(files.get('README.md')).toMatch(/^# my-users$/m)
  })
})
