import { replaceProcess } from "./replace-process.ts";
import { foreignVariables, keptEnvironment } from "./scrub-environment.ts";

// Nothing else is loaded before the environment is clean: what this process never held, a hole in the page framework
// cannot give away. `/proc/<pid>/environ` keeps the first environment for ever, so deleting variables is not enough.
const foreign = foreignVariables(process.env);
if (foreign.length > 0) {
  replaceProcess(keptEnvironment(process.env), foreign);
} else {
  const { start } = await import("./start.ts");
  await start(process.env);
}
