import { Hono } from "hono";
import { expect, test } from "vitest";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment } from "./api-environment.ts";
import { refuseUnstorable } from "./refuse-unstorable.ts";

const app = new Hono<ApiEnvironment>();
app.onError((error, context) => context.json(error instanceof DomainError ? error.errors : null, 422));
app.use(refuseUnstorable());
app.post("/", (context) => context.text("passed"));

const send = async (body: string, type = "application/json") =>
  await app.request("/", { method: "POST", body, headers: { "content-type": type } });

test.each([
  ["brackets within a text", `{"a":"${"[".repeat(100)}"}`, 200],
  ["brackets after an escaped quote", `{"a":"\\"${"{".repeat(100)}"}`, 200],
  ["brackets after a text that ends in a backslash", `{"a":"\\\\","b":${"[".repeat(64)}${"]".repeat(64)}}`, 422],
  ["64 levels", "[".repeat(64) + "]".repeat(64), 200],
  ["65 levels", "[".repeat(65) + "]".repeat(65), 422],
  ["many, one after the other", `[${Array.from({ length: 100 }, () => "[]").join(",")}]`, 200],
])("%s", async (_, body, status) => expect((await send(body)).status).toBe(status));

test("a text whose quotes are all escaped is judged in one look, though it never ends", async () => {
  const startedMs = performance.now();
  expect((await send(`"${'\\"'.repeat(50_000)}`)).status).toBe(200);
  expect(performance.now() - startedMs).toBeLessThan(500);
});

test.each(["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+JSON"])(
  "what can't be stored is refused as %s, by the name of its field",
  async (type) => {
    const answer = await send('{"tenant_id":"a\\u0000"}', type);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject([{ pointer: "/tenant_id" }]);
    expect((await send("[".repeat(65) + "]".repeat(65), type)).status).toBe(422);
  },
);
