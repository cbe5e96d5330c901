/**
 * What a process of ours gets of the machine, and nothing of ours. Compiled code is kept where the run says: tests start hundreds
 * of processes, and most of what a start costs is to compile the same files again.
 */
export function machineEnvironment(): Record<string, string> & { NODE_ENV: "production" } {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE: compiled } = process.env;
  return { NODE_ENV: "production", PATH, HOME, ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }) };
}
