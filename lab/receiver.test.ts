import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Lab, startLab } from "./start-lab.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const body = JSON.stringify({ id: "evt_1", event_type: "integration:recovered", payload: { name: "<b>bold</b>" } });

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab.close());

const send = (
  headers: Record<string, string>,
  { raw = body, signal = null }: { raw?: string; signal?: AbortSignal | null } = {},
): Promise<Response> =>
  fetch(`${lab.origin}/receiver`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: raw,
    signal,
  });

function signed(id: string, at = new Date(), key = secret): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(key).sign(id, at, body),
  };
}

const settings = async (patch: object): Promise<Response> =>
  fetch(`${lab.origin}/receiver/settings`, { method: "PATCH", body: JSON.stringify(patch) });

async function received(): Promise<{ verdict: { kind: string; reason?: string }; repetition: number; body: string }[]> {
  const response = await fetch(`${lab.origin}/receiver/received`);
  return ((await response.json()) as { data: Awaited<ReturnType<typeof received>> }).data;
}

const page = async (): Promise<string> => (await fetch(`${lab.origin}/receiver`)).text();

describe("the lab's receiver of webhooks", () => {
  it("verifies with the reference library: what is altered, old, or signed with another secret is not believed", async () => {
    expect(await (await settings({ secrets: [secret] })).json()).toEqual({ secrets: 1, answer: "accept" });
    expect((await send(signed("evt_1"))).status).toBe(204);
    expect((await send(signed("evt_2"), { raw: body.replace("bold", "bald") })).status).toBe(401);
    expect((await send(signed("evt_3", new Date(Date.now() - 600_000)))).status).toBe(401);
    expect((await send(signed("evt_4", new Date(), `whsec_${Buffer.alloc(32, 8).toString("base64")}`))).status).toBe(
      401,
    );
    expect((await received()).map(({ verdict }) => verdict)).toEqual([
      { kind: "refused", reason: "No matching signature found" },
      { kind: "refused", reason: "Message timestamp too old" },
      { kind: "refused", reason: "No matching signature found" },
      { kind: "verified" },
    ]);
  });

  it("knows two secrets while one is replaced, takes what is not signed, and says so where it knows none", async () => {
    expect((await send(signed("evt_1"))).status).toBe(204);
    expect((await send({}, { raw: '{"text": "hello"}' })).status).toBe(204);
    const other = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
    await settings({ secrets: [other, secret] });
    expect((await send(signed("evt_2"))).status).toBe(204);
    expect((await received()).map(({ verdict }) => verdict.kind)).toEqual(["verified", "unsigned", "unknown"]);
  });

  it.each([
    ["fail", 500, null],
    ["gone", 410, null],
    ["busy", 429, "10"],
  ])("answers as it is told: %s", async (answer, status, retryAfter) => {
    await settings({ answer });
    const response = await send(signed("evt_1"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, retryAfter]);
    expect(await received()).toHaveLength(1);
  });

  it("hangs until the sender has had enough, and shows what it did not answer", async () => {
    await settings({ answer: "hang" });
    const controller = new AbortController();
    const hanging = send(signed("evt_1"), { signal: controller.signal });
    while ((await received()).length === 0);
    controller.abort();
    await expect(hanging).rejects.toThrow("aborted");
    expect(await page()).toContain("not answered");
  });

  it("keeps the last hundred, newest first, and knows what came before", async () => {
    for (let n = 0; n < 101; n += 1) await send(signed(`evt_${n}`), { raw: JSON.stringify({ n }) });
    await send(signed("evt_0"));
    const all = await received();
    expect(all).toHaveLength(100);
    expect(all[0]).toMatchObject({ repetition: 1, body });
    expect(all[1]).toMatchObject({ repetition: 0, body: '{"n":100}' });
    expect(all.at(-1)?.body).toBe('{"n":2}');
  });

  it("shows headers and body as text, and of the secret its end alone", async () => {
    await settings({ secrets: [secret] });
    await send(signed("evt_1"));
    const shown = await page();
    expect(shown).toContain("Verified");
    expect(shown).toContain("webhook-signature");
    expect(shown).toContain("&lt;b&gt;bold&lt;/b&gt;");
    expect(shown).not.toContain("<b>bold");
    expect(shown).toContain(secret.slice(-5));
    expect(shown).not.toContain(secret.slice(0, -5));
  });

  it("takes secret, answer and a clean slate by its forms, and says what is no secret", async () => {
    const post = (form: string, fields: Record<string, string>) =>
      fetch(`${lab.origin}/receiver/${form}`, {
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
      });
    const wrong = await post("secrets", { secret: "password" });
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining("That is no signing secret")]);
    expect((await post("secrets", { secret: ` ${secret} ` })).status).toBe(303);
    await send(signed("evt_1"));
    expect((await received())[0]?.verdict.kind).toBe("verified");
    expect((await post("answer", { answer: "gone" })).status).toBe(303);
    expect((await send(signed("evt_2"))).status).toBe(410);
    expect((await post("clear", {})).status).toBe(303);
    expect(await received()).toEqual([]);
  });

  it("refuses what is no setting, and what is too large", async () => {
    for (const patch of [{ answer: "dance" }, { secrets: ["whsec_"] }, { other: 1 }])
      expect((await settings(patch)).status).toBe(400);
    expect((await send({}, { raw: "x".repeat(300_000) })).status).toBe(413);
    expect(await received()).toEqual([]);
  });

  it("keeps its secret and its answer over a restart", async () => {
    await lab.close();
    const directory = mkdtempSync(path.join(tmpdir(), "evergrant-lab-"));
    try {
      lab = await startLab({ stateDirectory: directory });
      await settings({ secrets: [secret], answer: "busy" });
      await lab.close();
      lab = await startLab({ stateDirectory: directory });
      expect((await send(signed("evt_1"))).status).toBe(429);
      expect((await received())[0]?.verdict.kind).toBe("verified");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
