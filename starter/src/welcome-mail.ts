import type { TemplateFiles } from 'cognito-lifeguard/post-confirmation'

/** The welcome mail. What stands between {{#name}} and {{/name}} is for users with a name that is fit for a mail. */
export const WELCOME: TemplateFiles = {
  subject: 'Welcome to {{appName}}',
  text: `Hello{{#name}} {{name}}{{/name}},

welcome to {{appName}}. Your account is ready:

{{appUrl}}
`,
  html: `<!doctype html>
<html lang="en">
  <body>
    <p>Hello{{#name}} {{name}}{{/name}},</p>
    <p>welcome to {{appName}}. Your account is ready: <a href="{{appUrl}}">open {{appName}}</a></p>
  </body>
</html>
`,
}
