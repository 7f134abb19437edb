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

/** The files that a message lists, a line each behind its first. */
function parseListed(message: string): readonly string[] {
  const [, ...lines] = message.trim().split('\n')
  return lines.map((line) => line.trim()).toSorted()
}

describe('lifeguard init', () => {
  it('writes a project into a folder that is not there, and says what comes next', async () => {
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

  it('writes into the working folder, beside other files, under a name that is given', async () => {
    const cwd = await createFolder({ LICENSE: 'mine', 'src/notes.txt': 'mine' })
    const { code, stdout } = await lifeguard(['init', '.', '--name', 'members'], { cwd })
    expect(code).toBe(0)
    expect(stdout).not.toContain('  cd ')
    expect(JSON.parse(await readFile(join(cwd, 'package-lock.json'), 'utf8')).name).toBe('members')
    expect(await readFile(join(cwd, 'LICENSE'), 'utf8')).toBe('mine')
  })

  it.skipIf(process.platform === 'win32').each(['my users', "it's/my-users", 'a;b/my-users', 'a$(id)/my-users', 'a`id`', 'a&b', '*', '~'])(
    'prints a way into %s that a shell takes to the letter',
    async (target) => {
      const cwd = await createFolder({})
      const { stdout } = await lifeguard(['init', target, '--name', 'users'], { cwd })
      const [, change = ''] = /^ {2}(cd .*)$/m.exec(stdout) ?? []
      const shell = await promisify(execFile)('sh', ['-c', `${change} && pwd -P`], { cwd })
      expect(shell.stdout).toBe(`${join(await realpath(cwd), target)}\n`)
    },
  )

  it('takes no longer a name than leaves room for a stage of ten letters in the name of every function', async () => {
    const cwd = await createFolder({})
    expect((await lifeguard(['init', '.', '--name', 'as-long-as-it-can-be'], { cwd })).code).toBe(0)
    for (const file of ['serverless.yml', 'serverless.existing-pool.yml']) {
      const { service, functions } = parse(await readFile(join(cwd, file), 'utf8'), { logLevel: 'error' })
      const longest = Math.max(...Object.keys(functions).map((name) => `${service}-production-${name}`.length))
      expect(longest, file).toBeLessThanOrEqual(64)
    }
  })

  it('depends on a tarball that is named, from wherever the project is', async () => {
    const cwd = await createFolder({ 'cognito-lifeguard-0.1.0.tgz': 'bytes' })
    const { stdout } = await lifeguard(['init', 'a/project', '--package', 'cognito-lifeguard-0.1.0.tgz'], { cwd })
    const spec = 'file:../../cognito-lifeguard-0.1.0.tgz'
    expect(stdout).toContain('from ../../cognito-lifeguard-0.1.0.tgz')
    expect(JSON.parse(await readFile(join(cwd, 'a/project/package.json'), 'utf8')).dependencies).toEqual({ 'cognito-lifeguard': spec })
    const { packages } = JSON.parse(await readFile(join(cwd, 'a/project/package-lock.json'), 'utf8'))
    expect(packages['node_modules/cognito-lifeguard']).toMatchObject({ resolved: spec, integrity: expect.stringMatching(/^sha512-/) })
  })

  it('writes nothing where one of its files is there already, and lists all of them', async () => {
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
        'lifeguard: app has files of these names already, and nothing was written:\n  deploy\n  package.json\n  src/pre-auth/handler.ts\n',
    })
    expect(await listFiles(join(cwd, 'app'))).toEqual(['deploy', 'other', 'package.json', 'src/pre-auth/handler.ts'])
    expect(await readFile(join(cwd, 'app/package.json'), 'utf8')).toBe('{}')
  })

  it('writes nothing a second time', async () => {
    const cwd = await createFolder({})
    await lifeguard(['init', 'app'], { cwd })
    const { code, stderr } = await lifeguard(['init', 'app'], { cwd })
    const files = await listFiles(join(cwd, 'app'))
    expect(code).toBe(2)
    expect(parseListed(stderr)).toEqual(files)
  })

  it.skipIf(process.platform === 'win32')('says what is there when it is cut off, and leaves no half of a file', async () => {
    const cwd = await createFolder({})
    // No file may be longer than 64 blocks of half a kilobyte; the lock file is.
    const limited = `ulimit -f 64; exec '${process.execPath}' '${resolve('src/tools/cli/main.ts')}' init app`
    const child = spawn('sh', ['-c', limited], { cwd, env: { PATH: process.env.PATH }, stdio: 'pipe' })
    const [stderr, [code]] = await Promise.all([readStream(child.stderr), once(child, 'close')])
    expect(stderr).toMatch(
      /^lifeguard: app: the project is not whole, EFBIG: .*; \d+ of \d+ files are there; remove them before another try:\n/,
    )
    const files = await listFiles(join(cwd, 'app'))
    expect(parseListed(stderr)).toEqual(files)
    expect(files).not.toContain('package-lock.json')
    expect(code).toBe(2)
  })

  it.each([
    [['init'], 'Say into which folder: lifeguard init DIR'],
    [['init', 'a1', 'b1'], "init takes one folder; 'b1' is a second one"],
    [['init', 'a1', '--force'], "Unknown option '--force'; lifeguard init --help tells more"],
    [['init', 'a1', '--name', 'My Users'], "'My Users' is no name for a service; give one with --name NAME: 2 to 20 lower-case letters"],
    [['init', 'My Users!'], "The folder's name 'My Users!' makes no name for a service; give one with --name NAME"],
    [['init', '42'], "The folder's name '42' makes no name for a service; give one with --name NAME"],
    [['init', 'one-letter-too-many-1'], "The folder's name 'one-letter-too-many-1' makes no name for a service"],
    [['init', 'a1', '--package', 'none.tgz'], 'none.tgz: no such file. Name the tarball of cognito-lifeguard (.tgz) with --package FILE'],
    [['init', 'a-file'], 'a-file: not a folder, and nothing was written'],
    [['init', 'a-file/below'], 'a-file/below: the project is not whole, '],
  ])('refuses %j in plain text', async (args, text) => {
    const cwd = await createFolder({ 'a-file': '' })
    const { code, stdout, stderr } = await lifeguard(args, { cwd })
    expect(stderr).toContain(text)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await readdir(cwd)).toEqual(['a-file'])
    expect((await stat(join(cwd, 'a-file'))).size).toBe(0)
  })

  it('tells of itself with --help, within 100 columns', async () => {
    const { code, stdout } = await lifeguard(['init', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard init DIR')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})
