import { schema as postAuthentication } from '../../src/post-auth/settings.ts'
import { schema as postConfirmation } from '../../src/post-confirmation/settings.ts'
import { schema as preAuthentication } from '../../src/pre-auth/settings.ts'
import { schema as preSignUp } from '../../src/pre-signup/settings.ts'
import { eventSchema } from '../../src/shared/lambda/middleware/event-schema.ts'
import * as values from '../../src/shared/settings/values.ts'
import { compileReader } from './settings-reader.ts'
import { compileShape } from './shape.ts'

/** A file of the sources that is written and not edited. */
export interface CompiledFile {
  /** From the folder of the project. */
  readonly path: string
  /** Not formatted yet. */
  readonly text: string
}

/**
 * Writes all compiled checks.
 *
 * @throws NotCompiled where a schema has something in it that has no compiled form.
 */
export function compiledFiles(): readonly CompiledFile[] {
  const reader = (folder: string, schema: Parameters<typeof compileReader>[0], type: string): CompiledFile => ({
    path: `src/${folder}/compiled-settings.ts`,
    text: withNotice('settings.ts', compileReader(schema, { type, shared: '../shared/settings', values })),
  })
  return [
    {
      path: 'src/shared/lambda/middleware/compiled-event.ts',
      text: withNotice('event-schema.ts', compileShape(eventSchema, { name: 'isEvent', isObject: '../../is-object.ts' })),
    },
    reader('pre-signup', preSignUp, 'PreSignUpSettings'),
    reader('pre-auth', preAuthentication, 'PreAuthenticationSettings'),
    reader('post-auth', postAuthentication, 'PostAuthenticationSettings'),
    reader('post-confirmation', postConfirmation, 'PostConfirmationSettings'),
  ]
}

function withNotice(source: string, text: string): string {
  return `// Written by scripts/compile-checks.ts out of ${source}. To change it, change that, and run \`npm run compile-checks\`.\n${text}\n`
}
