import { UsageError } from '../../../lib/errors.ts'
import { formatHelp } from '../../help.ts'
import { EXIT, type Io, indentLines } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { formatCount } from '../../text.ts'
import { precompile } from './precompile.ts'

const PRECOMPILE_HELP = formatHelp([
  'Make a bundle start faster.',
  { title: 'Usage', lines: ['lifeguard precompile BUNDLE [--event FILE]'] },
  'Runs the handler once for an event, and puts parentheses around each function that was called. V8 then compiles these functions together with the file. Accepts any bundle of a Lambda function, as an ES module or CommonJS, and updates its source map.',
  'The test run uses an embedded DynamoDB and SES, and the settings of the function, as lifeguard replay does. It cannot connect to other machines. Needs the packages magic-string, @jridgewell/sourcemap-codec and dynalite.',
  {
    title: 'Arguments',
    entries: [['BUNDLE', "a folder that contains handler.js or index.js (or .mjs or .cjs), a handler's file, or FILE.EXPORT"]],
  },
  {
    title: 'Options',
    entries: [
      [
        '--event FILE',
        "event for the test run (default: the first event in events/ of the bundle's trigger that is not expected to be denied or to fail)",
      ],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done'],
      ['1', 'the test run failed, and the bundle is unchanged'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard precompile dist/pre-signup --event events/pre-signup/sign-up-mary.json'] },
])

/** Runs `lifeguard precompile` and returns its exit code. */
export async function runPrecompile(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('precompile', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, event: { type: 'string' } },
  })
  if (values.help) {
    await io.out(PRECOMPILE_HELP)
    return EXIT.fine
  }
  const [bundle, more] = positionals
  if (bundle === undefined) throw new UsageError('Missing bundle. Expected: lifeguard precompile BUNDLE')
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one bundle: lifeguard precompile BUNDLE`)
  const { folder, environment, signal } = io
  const result = await precompile({ bundle, event: values.event, folder, environment, signal })
  if ('fault' in result) {
    io.err([`lifeguard: ${bundle} is unchanged, because its test run failed:`, ...indentLines(result.fault)])
    return EXIT.unexpected
  }
  const [functions, files] = [formatCount(result.functions, 'function'), formatCount(result.files, 'file')]
  await io.out([result.functions === 0 ? `${bundle}: already precompiled` : `${bundle}: precompiled ${functions} in ${files}`])
  return EXIT.fine
}
