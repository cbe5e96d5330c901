import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { entryPoint } from "./entry-point.ts";
import { machineEnvironment } from "./machine-environment.ts";

/** The operator's command line in a process of its own. */
export async function runCli(
  env: Record<string, string>,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [entryPoint("cli/main.ts"), ...args], {
      env: { ...machineEnvironment(), ...env },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, stdout: failed.stdout, stderr: failed.stderr };
  }
}
