// `node --import`: a process that keeps no record of what it does, to measure what keeping one costs. No process of Evergrant can be told
// to do so: its own modules are exchanged here.
import { registerHooks } from "node:module";

const replacement = new URL("unaudited-log.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isTheLog = resolved.url.endsWith("/adapters/postgres/audit-log.ts");
    return isTheLog && context.parentURL !== replacement ? { ...resolved, url: replacement } : resolved;
  },
});
