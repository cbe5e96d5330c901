import { existsSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createLog, takeOverConsole, type Log } from "./log.ts";
import { createWebServer, type RenderPage } from "./create-web-server.ts";
import { readSettings, type WebSettings } from "./settings.ts";

const root = join(import.meta.dirname, "..");
const host = "127.0.0.1";
const stopWithinMs = 10_000;

/** Starts the web process and returns when it listens; ends the process with a plain message when it cannot. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = settingsOrExit(environment);
  const log = createLog(settings.logLevel);

  // Pages read these; NODE_ENV picks React's build, and the flag keeps Next from loading .env files,
  // which on a small installation hold the keys of the other processes.
  Object.assign(process.env, {
    NODE_ENV: settings.isDevelopment ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
    API_ORIGIN: settings.apiOrigin,
    EVERGRANT_URL: settings.publicUrl,
    __NEXT_PROCESSED_ENV: "true",
  });

  if (!settings.isDevelopment) takeOverConsole(log);

  let render: RenderPage | null = null;
  let isStopping = false;
  const server = createWebServer({
    render: async (request, response) => {
      if (render !== null) return render(request, response);
      response.writeHead(503, { "retry-after": "1" }).end();
    },
    health: { isPrepared: () => render !== null, apiOrigin: settings.apiOrigin },
    log,
    isDevelopment: settings.isDevelopment,
    isStopping: () => isStopping,
  });

  const next = (await import("next")).default;
  const pages = next({ dev: settings.isDevelopment, dir: root, hostname: host, port: settings.port, quiet: true });
  await pages.prepare();
  render = pages.getRequestHandler();
  if (settings.isDevelopment) {
    const upgrade = pages.getUpgradeHandler();
    server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head));
  }

  onStopRequest(log, async () => {
    isStopping = true;
    await drain(server);
    await pages.close();
  });
  await listen(server, settings);
  log.info({ port: (server.address() as AddressInfo).port, api_origin: settings.apiOrigin }, "listening");
  process.send?.({ type: "ready", port: (server.address() as AddressInfo).port });
}

function settingsOrExit(environment: NodeJS.ProcessEnv): WebSettings {
  try {
    const settings = readSettings(environment);
    if (!settings.isDevelopment && !existsSync(join(root, ".next", "BUILD_ID"))) {
      throw new Error("The pages are not built. Run: npm run build");
    }
    return settings;
  } catch (error) {
    return exitWith(error instanceof Error ? error.message : String(error));
  }
}

function exitWith(message: string): never {
  process.stderr.write(`web: ${message}\n`);
  process.exit(1);
}

async function listen(server: Server, settings: WebSettings): Promise<void> {
  await new Promise<void>((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      exitWith(
        error.code === "EADDRINUSE"
          ? `Port ${settings.port} on ${host} is taken. Stop what listens there, or set WEB_PORT.`
          : `Cannot listen on ${host}:${settings.port}: ${error.message}`,
      );
    });
    server.listen(settings.port, host, resolve);
  });
}

function onStopRequest(log: Log, stop: () => Promise<void>): void {
  let isAsked = false;
  const handle = (reason: string) => {
    if (isAsked) return;
    isAsked = true;
    log.info({ reason }, "stopping");
    void stop()
      .catch((error: unknown) => log.error({ err: error }, "stopping failed"))
      .finally(() => process.exit(0));
  };
  process.on("SIGTERM", () => handle("SIGTERM"));
  process.on("SIGINT", () => handle("SIGINT"));
  if (process.send !== undefined) process.on("disconnect", () => handle("disconnect"));
}

/** Takes no more requests, lets those in hand finish, and cuts them off after ten seconds. */
async function drain(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), stopWithinMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
