import { type ParseArgsConfig, parseArgs } from 'node:util'
import { SERVICES, type Services } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { TRIGGER_NAMES, type TriggerName, triggerNamed } from '../lib/trigger-of.ts'

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError that names what is wrong and where help is.
 */
export function parse<C extends ParseArgsConfig>(command: string, config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config)
  } catch (error) {
    // Node's own text goes on about `--`, which is of use to nobody here.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; lifeguard ${command} --help tells more`)
  }
}

/** @throws UsageError when it is none of them. */
export function servicesNamed(value: string): Services {
  const services = SERVICES.find((each) => each === value)
  if (services === undefined) throw new UsageError(`--services ${value}: expected one of ${SERVICES.join(', ')}`)
  return services
}

/** @throws UsageError when it is none. */
export function onlyTrigger(value: string): TriggerName {
  const trigger = triggerNamed(value)
  if (trigger === undefined) throw new UsageError(`--only ${value}: expected one of ${TRIGGER_NAMES.join(', ')}`)
  return trigger
}

/** @throws UsageError when it is no whole number from 1. */
export function repeatCount(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--repeat ${value}: expected a whole number from 1`)
  return Number(value)
}
