import { createServer } from "node:http";
import { expect, test } from "vitest";
import { createLog } from "./log.ts";
import { createWebServer } from "./create-web-server.ts";

test("keeps an idle connection of api longer than Node would by itself", () => {
  const server = createWebServer({
    render: async () => {},
    health: { isPrepared: () => true, apiOrigin: "http://127.0.0.1:1" },
    log: createLog("error"),
    isDevelopment: false,
    isStopping: () => false,
  });
  expect(server.keepAliveTimeout).toBeGreaterThan(createServer().keepAliveTimeout);
});
