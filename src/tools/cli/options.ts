import { type ParseArgsConfig, parseArgs } from 'node:util'
import { findClosestName } from '../lib/closest-name.ts'
import { SERVICES, type Services } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import type { HelpEntry } from './help.ts'

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError if an option is unknown or has no value. For an unknown option, suggests the closest name.
 */
export function parseOptions<C extends ParseArgsConfig>(command: string, config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config)
  } catch (error) {
    // Keeps only the first sentence of Node's message. The rest explains how to pass an argument that starts with a dash.
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split(/\. To specify|\.?\n/)
    const [, unknown] = /^Unknown option '(--.*)'$/s.exec(problem) ?? []
    const options = Object.keys(config.options ?? {}).map((name) => `--${name}`)
    const closest = unknown && findClosestName(unknown, options)
    const next = closest ? `Did you mean '${closest}'?` : `Run 'lifeguard ${command} --help' to see the options`
    throw new UsageError(`${problem.replace(/ argument (?:missing|is ambiguous)$/, ' needs a value')}. ${next}`)
  }
}

/**
 * Parses the value of `--services`.
 *
 * @throws UsageError for any other value.
 */
export function parseServices(value: string): Services {
  const services = SERVICES.find((each) => each === value)
  if (services === undefined) throw new UsageError(`--services ${value}: expected one of ${SERVICES.join(', ')}`)
  return services
}

/** The help of the options that replay and explain share. */
export const SHARED_OPTIONS: readonly HelpEntry[] = [
  [
    '--services WHICH',
    [
      'embedded (default): start an empty DynamoDB and SES on this machine',
      'aws: call AWS with the credentials and endpoints of your environment',
      'none: start no services, so that calls to AWS fail',
    ].join('\n'),
  ],
  [
    '--config FILE',
    'read the handlers, their environment and the tables from this configuration or template (default: serverless.yml or another configuration in the working folder)',
  ],
  [
    '--handler TRIGGER=FILE',
    'use this file as the handler of a trigger, instead of the one in the configuration, or choose one of several functions by its name; repeatable',
  ],
  ['--env NAME[=VALUE]', 'pass a variable of your environment, or this value, to the handlers; repeatable'],
]
