import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDomainList } from '../../../../src/shared/email/domain-file.ts'
import { createFolder, lifeguard, parseNdjson, readStream, start } from '../../../support/cli/lifeguard.ts'

const staff = '\uFEFF# Our people\r\n\r\nExample.com\r\n*.example.org \r\n\tmünchen.de\nexample.com\nmail.example.org\n'

describe('lifeguard domains build', () => {
  it('builds a list that matches the domains of the source lines, and counts removed patterns', async () => {
    const cwd = await createFolder({ 'staff.txt': staff })
    const { code, stdout, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })
    const bytes = await readFile(join(cwd, 'staff.domains'))
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `staff.domains: 3 patterns in ${bytes.length} bytes; 1 duplicate removed; 1 removed because a wildcard covers it\n`,
      stderr: '',
    })
    const list = readDomainList(bytes)
    expect(['example.com', 'mail.example.org', 'xn--mnchen-3ya.de', 'example.org', 'a.example.com'].map(list.has)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect((await readdir(cwd)).toSorted()).toEqual(['staff.domains', 'staff.txt'])
  })

  it('reads a list from standard input, overwrites the file that --out names, and prints JSON with --json', async () => {
    const cwd = await createFolder({ 'lists/all.domains': 'an old one' })
    const { code, stdout } = await lifeguard(['domains', 'build', '-', '--out', 'lists/all.domains', '--json'], {
      cwd,
      stdin: 'example.com',
    })
    const bytes = await readFile(join(cwd, 'lists/all.domains'))
    expect(code).toBe(0)
    expect(parseNdjson(stdout)).toEqual([{ file: 'lists/all.domains', patterns: 1, bytes: bytes.length, duplicates: 0, covered: 0 }])
    expect(readDomainList(bytes).size).toBe(1)
    expect(await readdir(join(cwd, 'lists'))).toEqual(['all.domains'])
  })

  it('prints every invalid line, and does not change an existing list', async () => {
    const cwd = await createFolder({
      'staff.txt': 'example.com\n\ncom\n# com\n*\n@b.com\nexample.org # us\n',
      'staff.domains': 'an old one',
    })
    const { code, stdout, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trim().split('\n')).toEqual([
      "staff.txt:3: 'com' names a whole top-level domain, or no domain at all; write '*.com' for the whole top-level domain",
      "staff.txt:5: '*' allows every domain and is not valid in a list; write it directly in the setting or the rule",
      "staff.txt:6: '@b.com' has no local part before the '@'; did you mean 'b.com'?",
      "staff.txt:7: 'example.org # us' has whitespace or an invisible character",
      "lifeguard: staff.txt: 4 invalid patterns, and nothing was written; expected one pattern per line: a domain ('example.com'), its subdomains ('*.example.org'), both ('.example.net') or an address ('ann@example.com')",
    ])
    expect(await readFile(join(cwd, 'staff.domains'), 'utf8')).toBe('an old one')
  })

  it('builds the same list from a JSON array as from text, and keeps addresses', async () => {
    const patterns = ['Example.com', '.example.org', 'Ann@example.net']
    const cwd = await createFolder({
      'text.txt': patterns.join('\n'),
      'array.json': `\uFEFF${JSON.stringify(patterns, null, 2).replaceAll('\n', '\r\n')}\r\n`,
    })

    expect(await lifeguard(['domains', 'build', 'array.json'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    await lifeguard(['domains', 'build', 'text.txt'], { cwd })

    const bytes = await readFile(join(cwd, 'array.domains'))
    expect(bytes).toEqual(await readFile(join(cwd, 'text.domains')))
    expect(bytes.toString()).toMatch(/^# .*\nexample\.org\n\*\.example\.org\nexample\.com\nann@example\.net\n$/)
  })

  it('prints the first 20 invalid entries of a JSON array, and counts the others', async () => {
    const entries = ['example.com', 'com', 7, null, ['example.com'], '*', 'a\u001b[2Jb.com', ...Array(30).fill('x')]
    const cwd = await createFolder({ 'staff.json': JSON.stringify(entries) })

    const { code, stderr } = await lifeguard(['domains', 'build', 'staff.json'], { cwd })

    const lines = stderr.trim().split('\n')
    expect(lines.slice(0, 6)).toEqual([
      expect.stringContaining("staff.json: entry 2: 'com' names a whole top-level domain"),
      'staff.json: entry 3: is a value of type number',
      'staff.json: entry 4: is null',
      'staff.json: entry 5: is an array',
      expect.stringContaining("staff.json: entry 6: '*' allows every domain"),
      "staff.json: entry 7: 'a\\u{1b}[2Jb.com' has whitespace or an invisible character",
    ])
    expect(lines.slice(20)).toEqual(['and 16 more', expect.stringContaining('staff.json: 36 invalid patterns, and nothing was written')])
    expect(lines).toHaveLength(22)
    expect(code).toBe(2)
  })

  it('prints the first 20 of a million invalid lines, and counts the others', async () => {
    const cwd = await createFolder({ 'staff.txt': 'com\n'.repeat(1_000_000) })

    const { code, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })

    const lines = stderr.trim().split('\n')
    expect(lines).toHaveLength(22)
    expect(lines[19]).toMatch(/^staff\.txt:20: 'com' names /)
    expect(lines[20]).toBe('and 999,980 more')
    expect(lines[21]).toContain('staff.txt: 1000000 invalid patterns, and nothing was written')
    expect(code).toBe(2)
  })

  it.skipIf(process.platform === 'win32')('does not follow a symbolic link in place of its temporary file', async () => {
    const cwd = await createFolder({ 'mine.txt': 'mine' })
    const child = start(['domains', 'build', '-', '--out', 'staff.domains'], { cwd })
    // An earlier version named its temporary file after the process id. Another user could predict that name and place a link there.
    await symlink('mine.txt', join(cwd, `staff.domains.${child.pid}`))
    child.stdin?.end('example.com')
    await readStream(child.stdout)

    expect(await readFile(join(cwd, 'mine.txt'), 'utf8')).toBe('mine')
    expect(readDomainList(await readFile(join(cwd, 'staff.domains'))).size).toBe(1)
    expect((await readdir(cwd)).toSorted()).toEqual(['mine.txt', 'staff.domains', `staff.domains.${child.pid}`])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'reports a folder without write permission, and leaves no temporary file',
    async () => {
      const cwd = await createFolder({ 'staff.txt': 'example.com', 'lists/staff.domains': 'an old one' })
      await chmod(join(cwd, 'lists'), 0o500)

      const { code, stderr } = await lifeguard(['domains', 'build', 'staff.txt', '--out', 'lists/staff.domains'], { cwd })

      await chmod(join(cwd, 'lists'), 0o700)
      expect({ code, stderr: stderr.startsWith('lifeguard: lists/staff.domains: cannot write the file: EACCES') }).toEqual({
        code: 2,
        stderr: true,
      })
      expect(await readdir(join(cwd, 'lists'))).toEqual(['staff.domains'])
    },
  )

  it.each([
    [['build'], 'Missing list. Expected: lifeguard domains build LIST, or - for standard input'],
    [['build', '-'], 'Missing --out. Expected: lifeguard domains build - --out FILE'],
    [['build', 'none.txt'], 'none.txt: no such file'],
    [['build', 'folder'], 'folder: is a folder, not a file'],
    [['build', 'empty.txt'], "empty.txt: contains no patterns; expected one pattern per line: a domain ('example.com')"],
    [['build', 'one.txt', 'two.txt'], "Unexpected argument 'two.txt'. Expected one list: lifeguard domains build LIST"],
    [
      ['build', 'one.txt', '--out', './one.txt'],
      'one.txt: the output would overwrite the list itself. Choose another file with --out FILE',
    ],
    [['build', 'one.domains'], 'one.domains: the output would overwrite the list itself'],
    [['build', 'object.json'], 'object.json: is JSON, but not an array; expected a JSON array of strings (["example.com"'],
    [['build', 'text.json'], 'text.json: is JSON, but not an array; expected a JSON array of strings'],
    [['build', 'cut.json'], 'cut.json: looks like JSON, but is not valid JSON; expected a JSON array of strings'],
    [['build', 'empty.json'], 'empty.json: contains no patterns'],
    [['build', 'wrong.txt'], 'wrong.txt: 1 invalid pattern, and nothing was written'],
    [['build', 'one.txt', '--out', 'none/one.domains'], 'none/one.domains: cannot write the file: ENOENT'],
    [['build', 'one.txt', '--out', 'folder'], 'folder: cannot write the file: '],
    [['check'], 'Missing list. Expected: lifeguard domains check FILE DOMAIN...'],
    [['check', '-'], 'Missing list. Expected: lifeguard domains check FILE'],
    [['check', 'none.domains'], 'none.domains: no such file'],
    [['check', 'folder'], 'folder: is a folder, not a file'],
    [['check', 'wrong.txt', 'example.com'], "wrong.txt: Line 1 of the domain list is wrong: 'a' names a whole top-level domain"],
    [['check', 'one.domains', '--out', 'two'], "--out works only with 'domains build'"],
    [[], 'Missing command. Expected one of build, check'],
    [['chekc'], "Unknown command 'domains chekc'. Did you mean 'domains check'?"],
    [['build', '--format', 'x'], "Unknown option '--format'. Run 'lifeguard domains --help' to see the options"],
  ])('rejects the arguments %j with a message and without a stack trace', async (args, text) => {
    const cwd = await createFolder({
      'empty.txt': '# No domains\n\n',
      'one.txt': 'example.com\n',
      'one.domains': 'example.com\n',
      'wrong.txt': 'a\n',
      'folder/file': '',
      'object.json': '{ "domains": ["example.com"] }',
      'text.json': '"example.com"',
      'cut.json': '[\n"example.com",\n'.repeat(500),
      'empty.json': '# none\n[]',
    })
    const files = await readdir(cwd)
    const { code, stdout, stderr } = await lifeguard(['domains', ...args], { cwd })
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trim().split('\n').length).toBeLessThan(3)
    expect(await readdir(cwd)).toEqual(files)
  })

  it('prints help with at most 100 columns', async () => {
    const { code, stdout } = await lifeguard(['domains', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard domains build LIST')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})

describe('lifeguard domains check', () => {
  async function builtStaff(): Promise<string> {
    const cwd = await createFolder({ 'staff.txt': staff })
    await lifeguard(['domains', 'build', 'staff.txt'], { cwd })
    return cwd
  }

  it('prints the pattern that matches each domain, and exits with 0 if all match', async () => {
    const cwd = await builtStaff()
    const domains = ['EXAMPLE.com', 'a.b.example.org', 'münchen.de.']
    expect(await lifeguard(['domains', 'check', 'staff.domains', ...domains], { cwd })).toEqual({
      code: 0,
      stdout: 'EXAMPLE.com: example.com\na.b.example.org: *.example.org\nmünchen.de.: xn--mnchen-3ya.de\n',
      stderr: '',
    })
  })

  it('exits with 1 if a domain matches no pattern', async () => {
    const cwd = await builtStaff()
    const { code, stdout } = await lifeguard(['domains', 'check', 'staff.domains', 'ann@example.com', 'example.org', 'ann@example.net'], {
      cwd,
    })
    expect(code).toBe(1)
    expect(stdout).toBe('ann@example.com: example.com\nexample.org: no match\nann@example.net: no match\n')
  })

  it('prints one JSON object per domain with --json', async () => {
    const cwd = await builtStaff()
    const { stdout } = await lifeguard(['domains', 'check', 'staff.domains', 'example.com', 'evil.com', '--json'], { cwd })
    expect(parseNdjson(stdout)).toEqual([
      { domain: 'example.com', pattern: 'example.com' },
      { domain: 'evil.com', pattern: null },
    ])
  })

  it('prints the number of patterns in the list if no domain is passed', async () => {
    const cwd = await builtStaff()
    expect((await lifeguard(['domains', 'check', 'staff.domains'], { cwd })).stdout).toBe('staff.domains: 3 patterns, sorted\n')
    const { stdout } = await lifeguard(['domains', 'check', 'staff.domains', '--json'], { cwd })
    expect(parseNdjson(stdout)).toEqual([{ file: 'staff.domains', patterns: 3 }])
  })

  it('rejects a damaged list even if the damage does not affect a lookup', async () => {
    const cwd = await builtStaff()
    const bytes = await readFile(join(cwd, 'staff.domains'))
    bytes[bytes.length - 1] = 0
    await writeFile(join(cwd, 'staff.domains'), bytes)
    const { code, stderr } = await lifeguard(['domains', 'check', 'staff.domains'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'lifeguard: staff.domains: Line 4 of the domain list is wrong: found no LF at the end, so the list may be cut off; expected LF. Run lifeguard domains build\n',
    })
  })

  it('accepts a sorted list from another program, and reports the first line that is out of order', async () => {
    const cwd = await createFolder({ 'a.domains': '*.example.org\nexample.com\n', 'b.domains': 'example.com\n*.example.org\n' })
    expect(await lifeguard(['domains', 'check', 'a.domains'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'a.domains: 2 patterns, sorted\n',
    })
    const { code, stderr } = await lifeguard(['domains', 'check', 'b.domains'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "lifeguard: b.domains: Line 2 of the domain list is wrong: '*.example.org' is out of order after 'example.com'; expected lines sorted by their reversed text. Run lifeguard domains build\n",
    })
  })
})
