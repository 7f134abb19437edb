// Options of `osls deploy` that `osls package` does not accept. osls validates all others itself.
const FOR_DEPLOYMENT = ['--force', '--no-force', '--conceal', '--no-conceal']

// Options without a value. osls treats the word after any other option as its value.
const WITHOUT_VALUE = /=|^--(no-)?(force|conceal|minify-template|aws-s3-accelerate|verbose)$/

/** Returns the arguments for `osls package`: those for `osls deploy` without the options that only `deploy` accepts. */
export function packagingArguments(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !FOR_DEPLOYMENT.includes(arg))
}

/**
 * Returns error lines for arguments that do not work when the package is built and checked before the deployment.
 *
 * @example
 * unfitLines('deploy', ['list']) // ["deploy accepts only options, not 'list'. To run osls without checks: npx osls deploy list"]
 */
export function unfitLines(command: string, args: readonly string[]): readonly string[] {
  const instead = `To run osls without checks: npx osls ${command}`
  // Before the options, a word is part of an osls command, such as `deploy list`. After them, osls would ignore it and deploy.
  const word = args.find((arg, index) => {
    const before = args[index - 1]
    return !arg.startsWith('-') && (before === undefined || !before.startsWith('-') || WITHOUT_VALUE.test(before))
  })
  if (word !== undefined) return [`${command} accepts only options, not '${word}'. ${instead} ${word}`]
  // The option changes the template, but `osls package` does not accept it. It would have no effect on the checked package.
  const faster = args.find((arg) => /^--(no-)?aws-s3-accelerate$/.test(arg))
  return faster === undefined || command !== 'deploy'
    ? []
    : [`${faster} does not work with a package that is built before the deployment. ${instead} ${faster}`]
}
