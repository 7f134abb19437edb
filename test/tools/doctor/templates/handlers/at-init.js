// Throws at startup unless every variable in the comma-separated list STRICT holds a URL.
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
