import { type ParseArgsConfig, parseArgs } from 'node:util'
import { SERVICES, type Services } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError that names what is wrong and where help is.
 */
export function parseOptions<C extends ParseArgsConfig>(command: string, config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config)
  } catch (error) {
    // Node's own text goes on about `--`, which is of use to nobody here.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; lifeguard ${command} --help tells more`)
  }
}

/** @throws UsageError when it is none of them. */
export function parseServices(value: string): Services {
  const services = SERVICES.find((each) => each === value)
  if (services === undefined) throw new UsageError(`--services ${value}: expected one of ${SERVICES.join(', ')}`)
  return services
}

/** What the help of replay and explain says of the options that both have. */
export const SHARED_HELP: string = `  --services WHICH        embedded (default): DynamoDB and SES are started here, empty, and
                          stopped again; nothing reaches an account
                          aws: the services of your own environment, credentials and endpoints
                          none: no service at all
  --handler TRIGGER=FILE  the handler of a trigger, such as preSignUp=dist/handler.js; goes before
                          the one that serverless.yml in this folder names; may be repeated
  --env NAME[=VALUE]      hands a variable of your environment, or this value, to the handlers; may
                          be repeated`
