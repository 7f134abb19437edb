import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createFolder, lifeguard, readStream } from '../../support/cli/lifeguard.ts'

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [])).toSorted()
}

/** Parses the files that a message lists after its first line. */
function parseListed(message: string): readonly string[] {
  const [, ...lines] = message.trim().split('\n')
  return lines.map((line) => line.trim()).toSorted()
}

describe('lifeguard init', () => {
  it('creates a project in a new folder, and prints the next steps', async () => {
    const cwd = await createFolder({})
    const { code, stdout, stderr } = await lifeguard(['init', 'apps/My.Users'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const files = await listFiles(join(cwd, 'apps/My.Users'))
    expect(files).toEqual(
      expect.arrayContaining(['.gitignore', 'package-lock.json', 'serverless.yml', 'src/pre-signup/handler.ts', 'deploy/pool.yml']),
    )
    expect(stdout).toMatch(new RegExp(`^apps/My\\.Users: ${files.length} files$`, 'm'))
    expect(stdout).toContain('\n  cd apps/My.Users\n  npm ci ')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(JSON.parse(await readFile(join(cwd, 'apps/My.Users/package.json'), 'utf8'))).toMatchObject({ name: 'my-users', type: 'module' })
    expect(await readFile(join(cwd, 'apps/My.Users/serverless.yml'), 'utf8')).toContain('\nservice: my-users\n')
  })

  it('creates a project beside other files in the working directory, and names it after --name', async () => {
    const cwd = await createFolder({ LICENSE: 'mine', 'src/notes.txt': 'mine' })
    const { code, stdout } = await lifeguard(['init', '.', '--name', 'members'], { cwd })
    expect(code).toBe(0)
    expect(stdout).not.toContain('  cd ')
    expect(JSON.parse(await readFile(join(cwd, 'package-lock.json'), 'utf8')).name).toBe('members')
    expect(await readFile(join(cwd, 'LICENSE'), 'utf8')).toBe('mine')
  })

  it.skipIf(process.platform === 'win32').each(['my users', "it's/my-users", 'a;b/my-users', 'a$(id)/my-users', 'a`id`', 'a&b', '*', '~'])(
    'prints a cd command that a shell can run, for the folder %s',
    async (target) => {
      const cwd = await createFolder({})
      const { stdout } = await lifeguard(['init', target, '--name', 'users'], { cwd })
      const [, change = ''] = /^ {2}(cd .*)$/m.exec(stdout) ?? []
      const shell = await promisify(execFile)('sh', ['-c', `${change} && pwd -P`], { cwd })
      expect(shell.stdout).toBe(`${join(await realpath(cwd), target)}\n`)
    },
  )

  it('limits the project name, so that function names fit into 64 characters if the stage has ten letters', async () => {
    const cwd = await createFolder({})
    expect((await lifeguard(['init', '.', '--name', 'as-long-as-it-can-be'], { cwd })).code).toBe(0)
    for (const file of ['serverless.yml', 'serverless.existing-pool.yml']) {
      const { service, functions } = parse(await readFile(join(cwd, file), 'utf8'), { logLevel: 'error' })
      const longest = Math.max(...Object.keys(functions).map((name) => `${service}-production-${name}`.length))
      expect(longest, file).toBeLessThanOrEqual(64)
    }
  })

  it('adds the tarball of --package as a dependency, by a path relative to the project', async () => {
    const cwd = await createFolder({ 'cognito-lifeguard-0.1.0.tgz': 'bytes' })
    const { stdout } = await lifeguard(['init', 'a/project', '--package', 'cognito-lifeguard-0.1.0.tgz'], { cwd })
    const spec = 'file:../../cognito-lifeguard-0.1.0.tgz'
    expect(stdout).toContain('from ../../cognito-lifeguard-0.1.0.tgz')
    expect(JSON.parse(await readFile(join(cwd, 'a/project/package.json'), 'utf8')).dependencies).toEqual({ 'cognito-lifeguard': spec })
    const { packages } = JSON.parse(await readFile(join(cwd, 'a/project/package-lock.json'), 'utf8'))
    expect(packages['node_modules/cognito-lifeguard']).toMatchObject({ resolved: spec, integrity: expect.stringMatching(/^sha512-/) })
  })

  it('writes nothing if the folder contains some of the project files, and lists these files', async () => {
    const cwd = await createFolder({
      'app/package.json': '{}',
      'app/src/pre-auth/handler.ts': '// mine',
      'app/deploy': 'a file',
      'app/other': '',
    })
    const { code, stdout, stderr } = await lifeguard(['init', 'app'], { cwd })
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'lifeguard: Nothing was written, because app already contains these files:\n  deploy\n  package.json\n  src/pre-auth/handler.ts\n',
    })
    expect(await listFiles(join(cwd, 'app'))).toEqual(['deploy', 'other', 'package.json', 'src/pre-auth/handler.ts'])
    expect(await readFile(join(cwd, 'app/package.json'), 'utf8')).toBe('{}')
  })

  it.each(['serverless.yml', 'serverless.ts', 'template.yaml', 'cdk.json'])(
    'writes nothing into a folder that has %s, and names the command that adds triggers',
    async (file) => {
      const cwd = await createFolder({ [`app/${file}`]: '' })
      const { code, stdout, stderr } = await lifeguard(['init', 'app'], { cwd })
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: `lifeguard: app already has ${file}. To add triggers to it: lifeguard add pre-signup\n`,
      })
      expect(await listFiles(join(cwd, 'app'))).toEqual([file])
    },
  )

  it('allows the domain of --domain, in lower-case ASCII', async () => {
    const cwd = await createFolder({})
    const { code } = await lifeguard(['init', 'users', '--domain', 'M\u00fcnchen.DE'], { cwd })
    expect(code).toBe(0)
    expect(await readFile(join(cwd, 'users/serverless.yml'), 'utf8')).toContain("allowedEmailDomains, 'xn--mnchen-3ya.de'")
  })

  it.skipIf(process.platform === 'win32')('lists the written files after an error, and leaves no partial file', async () => {
    const cwd = await createFolder({})
    // Limits the size of a file to 64 blocks of 512 bytes. The lock file is larger, so writing it fails.
    const limited = `ulimit -f 64; exec '${process.execPath}' '${resolve('src/tools/cli/main.ts')}' init app`
    const child = spawn('sh', ['-c', limited], { cwd, env: { PATH: process.env.PATH }, stdio: 'pipe' })
    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    expect(stderr).toMatch(
      /^lifeguard: app: the project is incomplete: EFBIG: .*\. \d+ of \d+ files were written\. Remove them before you try again:\n/,
    )
    const files = await listFiles(join(cwd, 'app'))
    expect(parseListed(stderr)).toEqual(files)
    expect(files).not.toContain('package-lock.json')
    expect(code).toBe(2)
  })

  it.each([
    [['init'], 'Missing folder. Expected: lifeguard init DIR'],
    [['init', 'a1', 'b1'], "Unexpected argument 'b1'. Expected one folder: lifeguard init DIR"],
    [['init', 'a1', '--force'], "Unknown option '--force'. Run 'lifeguard init --help' to see the options"],
    [['init', 'a1', '--name', 'My Users'], '--name My Users: expected 2 to 20 lower-case letters'],
    [['init', 'My Users!'], "The folder name 'My Users!' is not a valid service name. Pass --name NAME with 2 to 20 lower-case letters"],
    [['init', '42'], "The folder name '42' is not a valid service name. Pass --name NAME"],
    [['init', 'one-letter-too-many-1'], "The folder name 'one-letter-too-many-1' is not a valid service name"],
    [['init', 'a1', '--domain', '*.example.org'], '--domain *.example.org: expected one domain, such as example.org'],
    [['init', 'a1', '--domain', "a'b"], "--domain a'b: expected one domain, such as example.org"],
    [['init', 'a1', '--domian', 'example.org'], "Unknown option '--domian'. Did you mean '--domain'?"],
    [['init', 'a1', '--package', 'none.tgz'], 'none.tgz: no such file. Name the tarball of cognito-lifeguard (.tgz) with --package FILE'],
    [['init', 'a-file'], 'a-file: not a folder. Nothing was written'],
    [['init', 'a-file/below'], 'a-file/below: the project is incomplete: '],
  ])('rejects the arguments %j with a message and without a stack trace', async (args, text) => {
    const cwd = await createFolder({ 'a-file': '' })
    const { code, stdout, stderr } = await lifeguard(args, { cwd })
    expect(stderr).toContain(text)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await readdir(cwd)).toEqual(['a-file'])
    expect((await stat(join(cwd, 'a-file'))).size).toBe(0)
  })

  it('prints help with at most 100 columns', async () => {
    const { code, stdout } = await lifeguard(['init', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard init DIR')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})
