import { describe, expect, it } from 'vitest'
import { lifeguard, spawnLifeguard } from '../../support/cli/lifeguard.ts'

describe('lifeguard', () => {
  it('lists its commands with --help', async () => {
    const { code, stdout, stderr } = await lifeguard(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard replay [PATH...]')
    expect(stdout).toContain('lifeguard explain FILE')
    expect(stdout).toContain('lifeguard attach --pool ID')
    expect(stderr).toBe('')
  })

  it('prints the help on standard error if the command is missing', async () => {
    const { stdout } = await lifeguard(['--help'])

    expect(await spawnLifeguard([])).toEqual({ code: 2, stdout: '', stderr: stdout })
  })

  it('prints its version with --version', async () => {
    const { default: manifest } = await import('../../../package.json', { with: { type: 'json' } })
    expect(await spawnLifeguard(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  it.each(['replay', 'explain'])('lists the options in the help of %s, in lines of at most 100 columns', async (command) => {
    const { code, stdout } = await lifeguard([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('--services WHICH')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it('lists the default settings of handlers in the help of replay', async () => {
    const { stdout } = await lifeguard(['replay', '--help'])
    expect(stdout).toContain('ALLOWED_EMAIL_DOMAINS=example.com,*.example.org')
    expect(stdout).toContain('WELCOME_EMAIL_FROM=welcome@example.com')
  })

  it.each([
    [['repaly'], "Unknown command 'repaly'. Did you mean 'replay'?"],
    [
      ['test'],
      "Unknown command 'test'. Expected one of replay, explain, dev, record, preview, block, unblock, blocked, effects, invite, inactive, erase, domains, import-check, precompile, attach, doctor, init",
    ],
    [['replay', '--jsn'], "Unknown option '--jsn'. Did you mean '--json'?"],
    [['replay', '--verbose'], "Unknown option '--verbose'. Run 'lifeguard replay --help' to see the options"],
    [['replay', '-x'], "Unknown option '-x'. Run 'lifeguard replay --help' to see the options"],
    [['replay', '--only'], "Option '--only <value>' needs a value. Run 'lifeguard replay --help' to see the options"],
    [['replay', '--only', '--json'], "Option '--only' needs a value. Run 'lifeguard replay --help' to see the options"],
    [['replay', '--json=yes'], "Option '--json' does not take an argument. Run 'lifeguard replay --help' to see the options"],
    [['replay', '--services', 'azure'], '--services azure: expected one of embedded, aws, none'],
    [['replay', '--only', 'signUp'], '--only signUp: expected one of UserMigration, '],
    [['replay', '--only', 'constructor'], '--only constructor: expected one of UserMigration, '],
    [['replay', '--handler', 'constructor=a.js', '.'], "--handler constructor=a.js: 'constructor' is not a user pool trigger"],
    [['constructor'], "Unknown command 'constructor'. Expected one of"],
    [['effects', 'constructor'], "Unknown command 'effects constructor'. Expected one of"],
    [['domains', 'constructor'], "Unknown command 'domains constructor'. Expected one of"],
    [['replay', '--services', 'constructor'], '--services constructor: expected one of'],
    [['doctor', '--ignore', 'constructor'], '--ignore constructor: expected a code such as LG101'],
    [['attach', '--pool', 'eu-west-1_A', '--function', 'constructor=a'], '--function constructor=a: expected TRIGGER=ARN'],
    [['replay', '--repeat', '0'], '--repeat 0: expected a whole number of at least 1'],
    [['replay', '--repeat', '2.5'], '--repeat 2.5: expected a whole number of at least 1'],
    [['replay', '--watch', '-'], '--watch does not work with standard input'],
    [['replay', 'no-such-folder'], 'no-such-folder: no such file or folder'],
    [['replay', '--handler', 'signUp=a.js', '.'], "--handler signUp=a.js: 'signUp' is not a user pool trigger; expected TRIGGER=FILE"],
    [['replay', '--handler', 'preSignUp', '.'], '--handler preSignUp: the file is missing; expected preSignUp=FILE'],
    [['explain'], 'Missing event. Expected: lifeguard explain FILE'],
    [['explain', 'a.json', 'b.json'], "Unexpected argument 'b.json'. Expected one event: lifeguard explain FILE"],
    [['explain', 'a.json', '--effects'], '--effects works only with --services aws'],
  ])('rejects the arguments %j with a message and without a stack trace', async (args, text) => {
    const { code, stdout, stderr } = await lifeguard(args)
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
