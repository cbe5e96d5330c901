import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const mains = ["api/main", "worker/main", "cli/main"];

/**
 * Our processes as few files each, in `directory`: a start resolves and compiles some 1,300 modules otherwise, a good second of
 * CPU, and the tests start hundreds of processes. Nothing is left out or made smaller, and each module knows its own place: what
 * it reads or starts beside itself is the source. test/processes.db.test.ts and the demo of the browser tests start the sources.
 */
export async function bundleProcesses(directory: string): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(mains.map((main) => [main, join(root, `${main}.ts`)])),
    cwd: root,
    platform: "node",
    treeshake: false,
    // What a package asks for and does without, as pg does for its native client.
    logLevel: "silent",
    plugins: [{ name: "own-places", transform: (code, id) => withOwnPlace(code, id) }],
  });
  try {
    await bundle.write({
      dir: directory,
      format: "esm",
      entryFileNames: "[name].mjs",
      chunkFileNames: "[name]-[hash].mjs",
      // Modules run in the order in which Node would run them.
      strictExecutionOrder: true,
    });
  } finally {
    await bundle.close();
  }
}

function withOwnPlace(code: string, id: string): string | null {
  if (!/import\.meta\.url|\b__(?:dir|file)name\b/.test(code)) return null;
  const url = code.replaceAll(/\bimport\.meta\.url\b/g, () => JSON.stringify(pathToFileURL(id).href));
  // Modules that make these two for themselves make them of their URL.
  if (/\b(?:const|let|var)\s+__(?:dir|file)name\b/.test(code)) return url;
  return url
    .replaceAll(/\b__filename\b/g, () => JSON.stringify(id))
    .replaceAll(/\b__dirname\b/g, () => JSON.stringify(dirname(id)));
}
