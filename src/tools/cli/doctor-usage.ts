/** What lifeguard doctor --help says. */
export const DOCTOR_HELP = `lifeguard doctor [serverless.yml | TEMPLATE]

Reads a CloudFormation template, and of the functions that its user pools call the handlers, and
tells what is wrong with the deployment: each with a code, the place, why it bites, and the fix.

TEMPLATE  JSON or YAML, as osls, the CDK (cdk.out/NAME.template.json) or SAM have it. Of
          serverless.yml, which is read unless given, what it was packaged to in .serverless/; if
          that is missing or older, osls packages it into a temporary folder, offline

  --json          one JSON object on standard output
  --sarif         SARIF 2.1.0 on standard output, for a code host
  --ignore CODE   leaves findings of that code out; may be repeated
  --no-handlers   does not load the handlers, so that their rules are not known. Loading one runs
                  what stands outside its function, with the environment of the template, no
                  credentials, and no way to AWS

What only the deployment decides is not judged, and said so at the end.

A resource may accept a finding, with a reason; docs/doctor.md says how.

Exit code: 0 nothing found, or all of it accepted; 1 something was; 2 bad usage, or something that
cannot be read.`
