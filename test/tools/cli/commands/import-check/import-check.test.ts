import { describe, expect, it } from 'vitest'
import { judgeHash } from '../../../../../src/tools/cli/commands/import-check/judge-hash.ts'
import { createFolder, lifeguard, parseNdjson } from '../../../../support/cli/lifeguard.ts'

const bcrypt = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW`
const parts = `${'A'.repeat(22)}$${'B'.repeat(43)}`

describe('judgeHash', () => {
  it.each([
    [bcrypt(12), 'import', 'bcrypt'],
    [bcrypt(13), 'trigger', 'the cost of bcrypt is 13; the import takes up to 12'],
    [bcrypt(17), 'reset', 'cost of bcrypt must be a whole number from 4 to 16'],
    [`$scrypt$ln=16,r=8,p=1$${parts}`, 'import', 'scrypt'],
    [`$scrypt$ln=17,r=8,p=1$${parts}`, 'trigger', 'the cost (N) of scrypt is 131072; the import takes up to 65536'],
    [`$scrypt$ln=16,r=9,p=1$${parts}`, 'trigger', 'the block size (r) of scrypt is 9; the import takes up to 8'],
    [`$scrypt$ln=16,r=8,p=2$${parts}`, 'trigger', 'the parallelism (p) of scrypt is 2; the import takes up to 1'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${parts}`, 'import', 'argon2id'],
    [`$argon2id$v=19$m=19457,t=2,p=1$${parts}`, 'trigger', 'the memory (m) of argon2id is 19457; the import takes up to 19456'],
    [`$argon2id$v=19$m=19456,t=3,p=1$${parts}`, 'trigger', 'the number of passes (t) of argon2id is 3; the import takes up to 2'],
    [`$argon2id$v=19$m=19456,t=2,p=2$${parts}`, 'trigger', 'the parallelism (p) of argon2id is 2; the import takes up to 1'],
    [`$pbkdf2-sha256$600000$${parts}`, 'import', 'pbkdf2-sha256'],
    [`$pbkdf2-sha256$600001$${parts}`, 'trigger', 'the number of iterations of pbkdf2-sha256 is 600001; the import takes up to 600000'],
    [`$pbkdf2-sha512$1$${parts}`, 'trigger', 'the import does not take pbkdf2-sha512'],
    ['', 'reset', 'no hash'],
    [' ', 'reset', 'no hash'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'reset', 'not a bcrypt hash or a PHC string of argon2id, scrypt, pbkdf2-sha256 or pbkdf2-sha512'],
  ])('judges %s: %s', (hash, way, reason) => {
    expect(judgeHash(hash)).toEqual({ way, reason })
  })
})

describe('lifeguard import-check', () => {
  const rows = [
    'userName,passwordHash,email',
    `mary,${bcrypt(10)},mary@example.com`,
    `"Keller, Otto",${bcrypt(13)},`,
    `eve,"",`,
    'nina,5f4dcc3b,',
  ]

  it('prints the rows that do not fit the import, with line number and reason, and no other field', async () => {
    const cwd = await createFolder({ 'users.csv': rows.join('\r\n') })
    const { code, stdout, stderr } = await lifeguard(['import-check', 'users.csv'], { cwd })
    expect(stdout).toBe(
      `${[
        'line 3: trigger: the cost of bcrypt is 13; the import takes up to 12',
        'line 4: reset: no hash',
        'line 5: reset: not a bcrypt hash or a PHC string of argon2id, scrypt, pbkdf2-sha256 or pbkdf2-sha512',
        '4 rows: 1 for the import, 1 for the trigger, 2 to reset',
      ].join('\n')}\n`,
    )
    expect(`${stdout}${stderr}`).not.toMatch(/CCCC|5f4d|mary|Otto/)
    expect(code).toBe(1)
  })

  it('reads standard input and another column, prints each row as JSON, and exits with 0 if every row fits', async () => {
    const stdin = `id,hash\n1,${bcrypt(4)}\n\n2,${bcrypt(12)}\n`
    const { code, stdout } = await lifeguard(['import-check', '-', '--column', 'hash', '--json'], { stdin })
    expect(parseNdjson(stdout)).toEqual([
      { line: 2, way: 'import', reason: 'bcrypt' },
      { line: 4, way: 'import', reason: 'bcrypt' },
    ])
    expect(code).toBe(0)
  })

  it.each<[string, readonly string[], string, string]>([
    ['no file', [], '', 'Missing file. Expected: lifeguard import-check FILE, or - for standard input'],
    ['two files', ['a', 'b'], '', "Unexpected argument 'b'"],
    ['a missing file', ['none.csv'], '', 'none.csv: no such file'],
    ['a folder', ['.'], '', '.: is a folder, not a file'],
    ['an unknown option', ['-', '--colum', 'x'], '', "Unknown option '--colum'. Did you mean '--column'?"],
    ['an empty file', ['-'], '', 'standard input: contains no row below the names of the columns'],
    ['no rows', ['-'], 'passwordHash\n', 'standard input: contains no row below'],
    ['no names of columns', ['-'], `mary,${bcrypt(10)}\n`, "standard input: the first line has no column 'passwordHash'"],
    ['the column twice', ['-'], 'passwordHash,passwordHash\n', "has the column 'passwordHash' twice"],
    [
      'a row with another number of fields',
      ['-'],
      `passwordHash,name\n${bcrypt(4)}\n`,
      'standard input, line 2: 1 field; expected 2, as in',
    ],
    ['an open quote', ['-'], 'passwordHash\n"$2b$04', 'standard input, line 2: a quote is not closed'],
  ])('stops with exit code 2 for %s, and prints no hash', async (_, args, stdin, message) => {
    const { code, stdout, stderr } = await lifeguard(['import-check', ...args], { stdin, cwd: await createFolder({}) })
    expect(stderr).toContain(message)
    expect(`${stdout}${stderr}`).not.toMatch(/CCCC|\$2b\$/)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(2)
  })

  it('prints its help', async () => {
    expect((await lifeguard(['import-check', '--help'])).stdout).toContain('lifeguard import-check users.csv --column password_hash')
  })
})
