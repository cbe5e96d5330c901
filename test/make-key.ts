import type { Stack } from "./start-stack.ts";

/**
 * A new API key, as an operator makes one.
 * @param options of `api-keys create`; one that may do everything in production where they don't say otherwise
 */
export async function makeKey(
  stack: Pick<Stack, "cli">,
  ...options: readonly string[]
): Promise<{ readonly id: string; readonly key: string }> {
  const defaults = [
    ...(options.includes("--environment") ? [] : ["--environment", "production"]),
    ...(options.includes("--permissions") ? [] : ["--permissions", "all"]),
  ];
  const { code, stdout, stderr } = await stack.cli("api-keys", "create", ...defaults, ...options, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { id: string; key: string };
}
