import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Delivery } from '../src/shared/rules/once.ts'

const LIFEGUARD = fileURLToPath(new URL('../src/tools/cli/main.ts', import.meta.url))

/**
 * What a person does after an outage: hands the functions' log to `lifeguard effects recover`.
 *
 * @param log The file with the log lines.
 * @returns What the command printed.
 */
export function recover(log: string, delivery: Delivery, environment: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    const args = [LIFEGUARD, 'effects', 'recover', '--delivery', delivery, log]
    // A process that was killed leaves half a line, of which the command complains: what is missing shows in the tables.
    execFile(process.execPath, args, { env: { ...environment }, maxBuffer: 1 << 26 }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trim()),
    )
  })
}
