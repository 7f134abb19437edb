import { CODE_NAMES, CODES } from './codes.ts'
import type { AcceptedFinding, Report, Reported } from './report.ts'

/**
 * Converts a report to SARIF 2.1.0. Code hosts show such a report beside the affected lines.
 *
 * @param version The version of Lifeguard.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif({ findings, accepted, unused, notJudged }: Report, version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lifeguard doctor', semanticVersion: version, rules: CODE_NAMES.map(toSarifRule) } },
        results: [...findings.map(toSarifResult), ...accepted.map(toSuppressedResult)],
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...unused.map(({ code, resource }) => toNotification(`Accepted but not found: ${code} of ${resource}`)),
              ...notJudged.map((text) => toNotification(`Not checked: ${text}`)),
            ],
          },
        ],
      },
    ],
  }
}

function toNotification(text: string): object {
  return { level: 'note', message: { text } }
}

function toSarifRule(id: (typeof CODE_NAMES)[number]): object {
  const { title, why, fix, severity } = CODES[id]
  return {
    id,
    name: title.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: fix },
    defaultConfiguration: { level: severity },
  }
}

function toSuppressedResult(accepted: AcceptedFinding): object {
  return { ...toSarifResult(accepted), suppressions: [{ kind: 'inSource', status: 'accepted', justification: accepted.reason }] }
}

function toSarifResult({ code, severity, message, fix, paste, file, line, resource, path }: Reported): object {
  return {
    ruleId: code,
    ruleIndex: CODE_NAMES.indexOf(code),
    level: severity,
    message: { text: `${message}. ${fix}${paste === null ? '' : `\n\n${paste}`}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split(/[\\/]/).map(encodeURIComponent).join('/') },
          ...(line !== null && { region: { startLine: line } }),
        },
        logicalLocations: [{ name: resource, fullyQualifiedName: `${resource}.${path}`, kind: 'resource' }],
      },
    ],
  }
}
