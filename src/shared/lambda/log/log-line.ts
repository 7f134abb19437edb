import type { LogEntry, LoggedRule } from './entry.ts'
import { numberJson, textJson } from './json-text.ts'
import type { Severity } from './logger.ts'

const LEVELS: Readonly<Record<Severity, string>> = { info: 'INFO', warn: 'WARN', error: 'ERROR' }

/**
 * The fields of a log line as JSON, without its braces. The shape is known, so nothing but values has to be looked at:
 * `JSON.stringify` takes several times as long, and longer than the rules.
 */
export function logFields(entry: LogEntry, severity: Severity, message: string, timestamp: string): string {
  let fields = `"level":"${LEVELS[severity]}","timestamp":"${timestamp}","message":${textJson(message)}`
  fields += `,"requestId":${textJson(entry.requestId)},"trigger":${textJson(entry.trigger)}`
  fields += `,"triggerSource":${textJson(entry.triggerSource)},"userPoolId":${textJson(entry.userPoolId)}`
  fields += `,"appClient":${textJson(entry.appClient)},"decision":"${entry.decision}"`
  fields += `,"decidedBy":${textJson(entry.decidedBy)},"reason":${textJson(entry.reason)}`
  if (entry.detail !== undefined) fields += `,"detail":${textJson(entry.detail)}`
  if (entry.user !== undefined) fields += `,"user":${textJson(entry.user)}`
  fields += `,"coldStart":${entry.coldStart},"durationMs":${numberJson(entry.durationMs)},"trace":[`
  let separator = ''
  for (const line of entry.trace) {
    fields += separator + ruleJson(line)
    separator = ','
  }
  fields += ']'
  if (entry.error !== undefined) fields += `,"error":${JSON.stringify(entry.error)}`
  return fields
}

function ruleJson(line: LoggedRule): string {
  let fields = `{"rule":${textJson(line.rule)},"path":"${line.path}","outcome":"${line.outcome}"`
  if (line.reason !== undefined) fields += `,"reason":${textJson(line.reason)}`
  if (line.overrides !== undefined) fields += `,"overrides":${JSON.stringify(line.overrides)}`
  if (line.shadow !== undefined) fields += ',"shadow":true'
  if (line.detail !== undefined) fields += `,"detail":${textJson(line.detail)}`
  fields += `,"ms":${numberJson(line.ms)}`
  if (line.error !== undefined) fields += `,"error":${JSON.stringify(line.error)}`
  return `${fields}}`
}
