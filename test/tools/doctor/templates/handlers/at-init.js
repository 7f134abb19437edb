// Does not start unless every variable that STRICT names, separated by commas, holds an address of a web page.
import { readFileSync } from 'node:fs'
import { maskInitErrors } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../../../src/rules/index.ts'

export const handler = maskInitErrors(() => {
  const wrong = (process.env.STRICT ?? '').split(',').filter((name) => name !== '' && !URL.canParse(process.env[name] ?? ''))
  if (wrong.length > 0) throw new Error(`Wrong settings:\n${wrong.map((name) => `  ${name} is "${process.env[name] ?? ''}"`).join('\n')}`)
  if (process.env.SILENT === 'yes') throw new Error('Invalid URL')
  if (process.env.FILE !== undefined) readFileSync(process.env.FILE)
  return preSignUp(allowEmailDomains('example.com'))
})
