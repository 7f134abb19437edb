import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDomainList } from '../../../../src/shared/email/domain-file.ts'
import { createFolder, lifeguard, parseNdjson, readStream, start } from '../../../support/cli/lifeguard.ts'

const staff = '\uFEFF# Our people\r\n\r\nExample.com\r\n*.example.org \r\n\tmünchen.de\nexample.com\nmail.example.org\n'

describe('lifeguard domains build', () => {
  it('makes a list that answers as its lines do, and counts what it left out', async () => {
    const cwd = await createFolder({ 'staff.txt': staff })
    const { code, stdout, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })
    const bytes = await readFile(join(cwd, 'staff.domains'))
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `staff.domains: 3 patterns in ${bytes.length} bytes; 1 left out that stood there twice; 1 left out that a wildcard covers\n`,
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

  it('reads standard input, writes where it is told, in place of what is there, and tells it as JSON', async () => {
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

  it('names every line that is wrong, and leaves the list that is there alone', async () => {
    const cwd = await createFolder({
      'staff.txt': 'example.com\n\ncom\n# com\n*\na@b.com\nexample.org # us\n',
      'staff.domains': 'an old one',
    })
    const { code, stdout, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trim().split('\n')).toEqual([
      "staff.txt:3: 'com' names a whole top-level domain, or no domain at all",
      "staff.txt:5: '*' allows every domain and is not valid in a list; write it directly in the setting or the rule",
      "staff.txt:6: 'a@b.com' has an '@'; expected only the domain after it",
      "staff.txt:7: 'example.org # us' has whitespace or an invisible character",
      "lifeguard: staff.txt: 4 lines hold no pattern, and nothing was written; expected one domain per line ('example.com'), or '*.' and a domain for all its subdomains ('*.example.org')",
    ])
    expect(await readFile(join(cwd, 'staff.domains'), 'utf8')).toBe('an old one')
  })

  it('names the first 20 of a million wrong lines, and counts the others', async () => {
    const cwd = await createFolder({ 'staff.txt': 'com\n'.repeat(1_000_000) })

    const { code, stderr } = await lifeguard(['domains', 'build', 'staff.txt'], { cwd })

    const lines = stderr.trim().split('\n')
    expect(lines).toHaveLength(22)
    expect(lines[19]).toMatch(/^staff\.txt:20: 'com' names /)
    expect(lines[20]).toBe('and 999,980 more')
    expect(lines[21]).toContain('staff.txt: 1000000 lines hold no pattern, and nothing was written')
    expect(code).toBe(2)
  })

  it.skipIf(process.platform === 'win32')('follows no link that lies where it writes its temporary file', async () => {
    const cwd = await createFolder({ 'mine.txt': 'mine' })
    const child = start(['domains', 'build', '-', '--out', 'staff.domains'], { cwd })
    // The process id was the whole name once, and can be read by any user of the machine.
    await symlink('mine.txt', join(cwd, `staff.domains.${child.pid}`))
    child.stdin?.end('example.com')
    await readStream(child.stdout)

    expect(await readFile(join(cwd, 'mine.txt'), 'utf8')).toBe('mine')
    expect(readDomainList(await readFile(join(cwd, 'staff.domains'))).size).toBe(1)
    expect((await readdir(cwd)).toSorted()).toEqual(['mine.txt', 'staff.domains', `staff.domains.${child.pid}`])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'says that a folder cannot be written to, and leaves nothing there',
    async () => {
      const cwd = await createFolder({ 'staff.txt': 'example.com', 'lists/staff.domains': 'an old one' })
      await chmod(join(cwd, 'lists'), 0o500)

      const { code, stderr } = await lifeguard(['domains', 'build', 'staff.txt', '--out', 'lists/staff.domains'], { cwd })

      await chmod(join(cwd, 'lists'), 0o700)
      expect({ code, stderr: stderr.startsWith('lifeguard: lists/staff.domains: cannot be written: EACCES') }).toEqual({
        code: 2,
        stderr: true,
      })
      expect(await readdir(join(cwd, 'lists'))).toEqual(['staff.domains'])
    },
  )

  it.each([
    [['build'], 'Say which list to build: lifeguard domains build LIST, or - for standard input'],
    [['build', '-'], 'Say where to write the list: lifeguard domains build - --out FILE'],
    [['build', 'none.txt'], 'none.txt: no such file'],
    [['build', 'folder'], 'folder: a folder, not a file'],
    [['build', 'empty.txt'], "empty.txt: holds no pattern; expected one domain per line ('example.com')"],
    [['build', 'one.txt', 'two.txt'], "domains build takes one list; 'two.txt' is a second one"],
    [['build', 'one.txt', '--out', './one.txt'], 'one.txt: is the list itself; name another file to write with --out'],
    [['build', 'one.domains'], 'one.domains: is the list itself'],
    [['build', 'wrong.txt'], 'wrong.txt: 1 line holds no pattern'],
    [['build', 'one.txt', '--out', 'none/one.domains'], 'none/one.domains: cannot be written: ENOENT'],
    [['build', 'one.txt', '--out', 'folder'], 'folder: cannot be written: '],
    [['check'], 'Say which list to ask: lifeguard domains check FILE DOMAIN...'],
    [['check', '-'], 'Say which list to ask'],
    [['check', 'none.domains'], 'none.domains: no such file'],
    [['check', 'folder'], 'folder: a folder, not a file'],
    [['check', 'wrong.txt', 'example.com'], "wrong.txt: Line 1 of the domain list is wrong: 'a' names a whole top-level domain"],
    [['check', 'one.domains', '--out', 'two'], '--out goes with domains build'],
    [[], 'Say what to do with domains: one of build, check; lifeguard domains --help tells more'],
    [['list'], "'list' is no command of lifeguard domains: one of build, check"],
    [['build', '--format', 'x'], "Unknown option '--format'; lifeguard domains --help tells more"],
  ])('refuses %j in plain text', async (args, text) => {
    const cwd = await createFolder({
      'empty.txt': '# nobody\n\n',
      'one.txt': 'example.com\n',
      'one.domains': 'example.com\n',
      'wrong.txt': 'a\n',
      'folder/file': '',
    })
    const { code, stdout, stderr } = await lifeguard(['domains', ...args], { cwd })
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect((await readdir(cwd)).toSorted()).toEqual(['empty.txt', 'folder', 'one.domains', 'one.txt', 'wrong.txt'])
  })

  it('tells of itself with --help, within 100 columns', async () => {
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

  it('says which pattern matches, and ends with 0 where one matches every domain', async () => {
    const cwd = await builtStaff()
    const domains = ['EXAMPLE.com', 'a.b.example.org', 'münchen.de.']
    expect(await lifeguard(['domains', 'check', 'staff.domains', ...domains], { cwd })).toEqual({
      code: 0,
      stdout: 'EXAMPLE.com: example.com\na.b.example.org: *.example.org\nmünchen.de.: xn--mnchen-3ya.de\n',
      stderr: '',
    })
  })

  it('ends with 1 where none matches one of them', async () => {
    const cwd = await builtStaff()
    const { code, stdout } = await lifeguard(['domains', 'check', 'staff.domains', 'example.com', 'example.org', 'ann@example.com'], {
      cwd,
    })
    expect(code).toBe(1)
    expect(stdout).toBe(
      "example.com: example.com\nexample.org: no pattern\nann@example.com: no pattern: the domain is only what stands behind the '@'\n",
    )
  })

  it('tells it as JSON, one object a domain', async () => {
    const cwd = await builtStaff()
    const { stdout } = await lifeguard(['domains', 'check', 'staff.domains', 'example.com', 'evil.com', '--json'], { cwd })
    expect(parseNdjson(stdout)).toEqual([
      { domain: 'example.com', pattern: 'example.com' },
      { domain: 'evil.com', pattern: null },
    ])
  })

  it('says how much there is where no domain is asked for', async () => {
    const cwd = await builtStaff()
    expect((await lifeguard(['domains', 'check', 'staff.domains'], { cwd })).stdout).toBe('staff.domains: 3 patterns, sorted\n')
    const { stdout } = await lifeguard(['domains', 'check', 'staff.domains', '--json'], { cwd })
    expect(parseNdjson(stdout)).toEqual([{ file: 'staff.domains', patterns: 3 }])
  })

  it('finds damage that no look-up would come across', async () => {
    const cwd = await builtStaff()
    const bytes = await readFile(join(cwd, 'staff.domains'))
    bytes[bytes.length - 1] = 0
    await writeFile(join(cwd, 'staff.domains'), bytes)
    const { code, stderr } = await lifeguard(['domains', 'check', 'staff.domains'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'lifeguard: staff.domains: Line 4 of the domain list is wrong: it does not end with LF, so the list may be cut off; expected LF; write it with lifeguard domains build\n',
    })
  })

  it('takes sorted text from elsewhere, and names the first line that is out of order', async () => {
    const cwd = await createFolder({ 'a.domains': '*.example.org\nexample.com\n', 'b.domains': 'example.com\n*.example.org\n' })
    expect(await lifeguard(['domains', 'check', 'a.domains'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'a.domains: 2 patterns, sorted\n',
    })
    const { code, stderr } = await lifeguard(['domains', 'check', 'b.domains'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "lifeguard: b.domains: Line 2 of the domain list is wrong: '*.example.org' is out of order after 'example.com'; expected lines sorted by their text read from right to left; write it with lifeguard domains build\n",
    })
  })
})
