// What a deployment takes and packaging does not know. All else osls takes for both, or refuses itself.
const FOR_DEPLOYMENT = ['--force', '--no-force', '--conceal', '--no-conceal']

// A word behind any other option is its value, also to osls.
const WITHOUT_VALUE = /=|^--(no-)?(force|conceal|minify-template|aws-s3-accelerate|verbose)$/

/** Of the arguments for `osls deploy` those for `osls package`. */
export function packagingArguments(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !FOR_DEPLOYMENT.includes(arg))
}

/**
 * The lines about arguments with which it cannot be packaged first, and then deployed.
 *
 * @example
 * unfitLines('deploy', ['list']) // ['deploy takes options alone, and not list. Without any check there is: npx osls deploy list']
 */
export function unfitLines(command: string, args: readonly string[]): readonly string[] {
  const instead = `Without any check there is: npx osls ${command}`
  // Before the options it is part of a command of osls, such as `deploy list`. Behind them osls would pass it over, and deploy.
  const word = args.find((arg, index) => {
    const before = args[index - 1]
    return !arg.startsWith('-') && (before === undefined || !before.startsWith('-') || WITHOUT_VALUE.test(before))
  })
  if (word !== undefined) return [`${command} takes options alone, and not ${word}. ${instead} ${word}`]
  // It changes the template, and `osls package` does not take it: of a package without it a deployment would just not be faster.
  const faster = args.find((arg) => /^--(no-)?aws-s3-accelerate$/.test(arg))
  return faster === undefined || command !== 'deploy' ? [] : [`osls packages with ${faster} only while it deploys. ${instead} ${faster}`]
}
