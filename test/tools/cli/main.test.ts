import { describe, expect, it } from 'vitest'
import { lifeguard } from '../../support/cli/lifeguard.ts'

describe('lifeguard', () => {
  it('tells its commands with --help', async () => {
    const { code, stdout, stderr } = await lifeguard(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard replay [PATH...]')
    expect(stdout).toContain('lifeguard explain FILE')
    expect(stdout).toContain('lifeguard attach --pool ID')
    expect(stderr).toBe('')
  })

  it('tells its version', async () => {
    const { default: manifest } = await import('../../../package.json', { with: { type: 'json' } })
    expect(await lifeguard(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  it.each(['replay', 'explain'])('tells the options of %s, within 100 columns', async (command) => {
    const { code, stdout } = await lifeguard([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('--services WHICH')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it('documents the settings that handlers get where the caller has none', async () => {
    const { stdout } = await lifeguard(['replay', '--help'])
    expect(stdout).toContain('ALLOWED_EMAIL_DOMAINS=example.com,*.example.org')
    expect(stdout).toContain('WELCOME_EMAIL_FROM=welcome@example.com')
  })

  it.each([
    [[], 'Say what to do: one of replay, explain, effects, domains, precompile, attach, doctor, init'],
    [['repaly'], "'repaly' is no command of lifeguard: one of replay, explain"],
    [['replay', '--jsn'], "Unknown option '--jsn'; lifeguard replay --help tells more"],
    [['replay', '--services', 'azure'], '--services azure: expected one of embedded, aws, none'],
    [['replay', '--only', 'signUp'], '--only signUp: expected one of UserMigration, '],
    [['replay', '--only', 'constructor'], '--only constructor: expected one of UserMigration, '],
    [['replay', '--handler', 'constructor=a.js', '.'], "--handler constructor=a.js: 'constructor' is not a user pool trigger"],
    [['constructor'], "'constructor' is no command of lifeguard"],
    [['effects', 'constructor'], "'constructor' is no command of lifeguard effects"],
    [['domains', 'constructor'], "'constructor' is no command of lifeguard domains"],
    [['replay', '--services', 'constructor'], '--services constructor: expected one of'],
    [['doctor', '--ignore', 'constructor'], '--ignore constructor: unknown code'],
    [['attach', '--pool', 'eu-west-1_A', '--function', 'constructor=a'], '--function constructor=a: expected TRIGGER=ARN'],
    [['replay', '--repeat', '0'], '--repeat 0: expected a whole number from 1'],
    [['replay', '--repeat', '2.5'], '--repeat 2.5: expected a whole number from 1'],
    [['replay', '--watch', '-'], '--watch cannot read standard input a second time'],
    [['replay', 'no-such-folder'], 'no-such-folder: no such file or folder'],
    [['replay', '--handler', 'signUp=a.js', '.'], "--handler signUp=a.js: 'signUp' is not a user pool trigger; expected TRIGGER=FILE"],
    [['replay', '--handler', 'preSignUp', '.'], '--handler preSignUp: the file is missing; expected preSignUp=FILE'],
    [['explain'], 'Say which event to explain: lifeguard explain FILE'],
    [['explain', 'a.json', 'b.json'], "explain takes one event; 'b.json' is a second one"],
    [['explain', 'a.json', '--effects'], '--effects lets rules write and send in your own services, so it goes with --services aws'],
  ])('refuses %j in plain text', async (args, text) => {
    const { code, stdout, stderr } = await lifeguard(args)
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
