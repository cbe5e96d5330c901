import { stripTypeScriptTypes } from "node:module";
import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";
import { readLanguage, snippetLanguages, snippetOf } from "./snippets.ts";

it("knows its four languages, and falls back to the first", () => {
  expect(snippetLanguages).toEqual(["typescript", "python", "go", "ruby"]);
  for (const language of snippetLanguages) expect(readLanguage(language)).toBe(language);
  for (const unknown of [undefined, "cobol", "constructor"]) expect(readLanguage(unknown)).toBe("typescript");
});

it("the TypeScript example takes what is signed, with two signatures too, and nothing else", async () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const queued: string[] = [];
  // As it is copied, but for what the receiver's own module brings along.
  const body = stripTypeScriptTypes(snippetOf("typescript").code)
    .replace(/^import .*;$/m, "")
    .replace("export async function", "return async function");
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the example itself is what is tried
  const post = new Function("Webhook", "process", "enqueue", body)(
    Webhook,
    { env: { EVERGRANT_WEBHOOK_SECRET: secret } },
    async (id: string) => queued.push(id),
  ) as (request: Request) => Promise<Response>;

  const text = JSON.stringify({ id: "evt_1", event_type: "webhook_endpoint:ping" });
  const now = new Date();
  const signature = new Webhook(secret).sign("evt_1", now, text);
  const other = new Webhook(`whsec_${Buffer.alloc(24, 8).toString("base64")}`).sign("evt_1", now, text);
  const send = async (signatures: string, sent = text) => {
    const headers = {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": signatures,
    };
    return (await post(new Request("https://app.example.com/", { method: "POST", body: sent, headers }))).status;
  };
  expect(await send(signature)).toBe(204);
  expect(await send(`${other} ${signature}`)).toBe(204);
  expect(await send(other)).toBe(400);
  expect(await send(signature, `${text} `)).toBe(400);
  expect(queued).toEqual(["evt_1", "evt_1"]);
});
