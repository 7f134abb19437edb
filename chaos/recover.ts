import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Delivery } from '../src/shared/rules/once.ts'

const LIFEGUARD = fileURLToPath(new URL('../src/tools/cli/main.ts', import.meta.url))

/**
 * Runs `lifeguard effects recover` on the functions' log, as an operator does after an outage.
 *
 * @param log The file with the log lines.
 * @returns The command's output.
 */
export function recover(log: string, delivery: Delivery, environment: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    const args = [LIFEGUARD, 'effects', 'recover', '--delivery', delivery, log]
    // Ignores the exit code, because the command fails on half a log line, which a killed process may leave. The harness then finds
    // missing effects in the tables.
    execFile(process.execPath, args, { env: { ...environment }, maxBuffer: 1 << 26 }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trim()),
    )
  })
}
