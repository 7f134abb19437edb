// Options of `osls deploy` that `osls package` does not accept. osls itself validates all other options.
const FOR_DEPLOYMENT = ['--force', '--no-force', '--conceal', '--no-conceal']

// Options of osls without a value. osls treats the word after any other option as the value of that option.
const WITHOUT_VALUE = /=|^--(no-)?(force|conceal|minify-template|aws-s3-accelerate|verbose)$/

/** Returns the arguments for `osls package`. Removes the options that only `osls deploy` accepts. */
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
  // Reject any word that is not an option. osls reads `deploy list` as another command, but ignores `list` after an option and deploys.
  const word = args.find((arg, index) => {
    const before = args[index - 1]
    return !arg.startsWith('-') && (before === undefined || !before.startsWith('-') || WITHOUT_VALUE.test(before))
  })
  if (word !== undefined) return [`${command} accepts only options, not '${word}'. ${instead} ${word}`]
  // --aws-s3-accelerate changes the template, but `osls package` does not accept the option, so the packaged template would lack the
  // change.
  const faster = args.find((arg) => /^--(no-)?aws-s3-accelerate$/.test(arg))
  return faster === undefined || command !== 'deploy'
    ? []
    : [`${faster} does not work with a package that is built before the deployment. ${instead} ${faster}`]
}
