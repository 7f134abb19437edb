import { UsageError } from '../../../lib/errors.ts'
import { EXIT, type Io, indentLines } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { formatCount } from '../../text.ts'
import { precompile } from './precompile.ts'

const PRECOMPILE_HELP = `lifeguard precompile BUNDLE [--event FILE]

Makes a bundle start faster. Runs its handler once for an event, and puts the functions that this
calls in parentheses, so that V8 compiles them with the file. Takes any bundle of a Lambda function,
in ES modules or CommonJS, and keeps its source map right. The run uses an embedded DynamoDB and SES
and the settings of lifeguard.env, as lifeguard replay does, and connects to no other machine.

BUNDLE  a folder with handler.js or index.js (.mjs and .cjs too), a handler's file, or FILE.EXPORT

  --event FILE  the event of the run; unless given, the first one in events/ of the bundle's trigger
                whose .expect.json does not say that it is denied or fails

Needs the packages acorn, magic-string, @jridgewell/sourcemap-codec and dynalite.
Exit code: 0 done; 1 the run failed, and the bundle is as it was; 2 bad usage.

  lifeguard precompile dist/pre-signup --event events/pre-signup/sign-up-mary.json`

/** `lifeguard precompile`. */
export async function runPrecompile(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('precompile', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, event: { type: 'string' } },
  })
  if (values.help) {
    await io.out(PRECOMPILE_HELP.split('\n'))
    return EXIT.fine
  }
  const [bundle, more] = positionals
  if (bundle === undefined) throw new UsageError('Name a bundle: lifeguard precompile BUNDLE')
  if (more !== undefined) throw new UsageError(`precompile takes one bundle; '${more}' is a second one`)
  const { folder, environment, signal } = io
  const result = await precompile({ bundle, event: values.event, folder, environment, signal })
  if ('fault' in result) {
    io.err([`lifeguard: ${bundle} is as it was, because its trial start failed:`, ...indentLines(result.fault)])
    return EXIT.unexpected
  }
  const [functions, files] = [formatCount(result.functions, 'function'), formatCount(result.files, 'file')]
  await io.out([result.functions === 0 ? `${bundle}: precompiled already` : `${bundle}: precompiled ${functions} in ${files}`])
  return EXIT.fine
}
