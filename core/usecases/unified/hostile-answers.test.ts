import { afterAll, describe, expect, it } from "vitest";
import { createExpressions } from "#adapters/expressions/expressions";
import { DomainError } from "#core/domain/problem/domain-error";
import { ExpressionFailed } from "#core/ports/expressions";
import type { Expressions } from "#core/ports/expressions";
import { everything, openUnifiedWorld, type Asked, type UnifiedWorld } from "#test/unified/unified-world";
import { listRecords } from "./list-records.ts";
import { createRecord, deleteRecord, getRecord, readMade, updateRecord } from "./one-record.ts";

// As in production, with its bounds: what comes out of one evaluation is small.
const expressions = createExpressions();
afterAll(() => expressions.close());

const open = (name: string, options: Parameters<typeof openUnifiedWorld>[1] = {}): Promise<UnifiedWorld> =>
  openUnifiedWorld(name, { expressions, ...options });

async function problemOf(work: Promise<unknown>): Promise<DomainError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DomainError) return error;
  throw new Error("expected a problem", { cause: error });
}

/** Evaluators that are busy from the first answer to a write on, so often. */
function busyAfterWrites(world: { asked: readonly Asked[] } | null, times: number) {
  const state = { world, left: times };
  const evaluate: Expressions["evaluate"] = async (...given) => {
    const isWritten = state.world?.asked.some(({ method }) => method !== "GET") ?? false;
    if (isWritten && state.left > 0) {
      state.left -= 1;
      throw new ExpressionFailed("busy");
    }
    return await expressions.evaluate(...given);
  };
  return { state, expressions: { ...expressions, evaluators: 0, evaluate } };
}

const ada = { first_name: "Ada", last_name: "Lovelace", emails: [{ address: "ada@example.com", kind: "work" }] };
const posts = (world: UnifiedWorld): number => world.asked.filter(({ method }) => method === "POST").length;

describe("a record that was made", () => {
  it("is answered, however busy the evaluators are meanwhile", async () => {
    const busy = busyAfterWrites(null, 1_000);
    const world = await open("hubspot", { expressions: busy.expressions });
    busy.state.world = world;
    const made = world.world.clock.settle(createRecord(world.ports, world.call("crm", "contacts"), ada));
    expect((await made).record).toMatchObject({ id: expect.stringMatching(/^\d+$/) as string, first_name: "Ada" });
    expect(posts(world)).toBe(1);
  });

  it("is answered as the provider has it, when they were busy for a moment", async () => {
    const busy = busyAfterWrites(null, 2);
    const world = await open("hubspot", { expressions: busy.expressions });
    busy.state.world = world;
    const made = world.world.clock.settle(createRecord(world.ports, world.call("crm", "contacts"), ada));
    expect((await made).record["name"]).toBe("Ada Lovelace");
  });

  it.each([
    ["a page for people", { status: 201, headers: { "content-type": "text/html" }, body: "<html>" }],
    ["nothing", { status: 201, body: undefined }],
    ["something else", { status: 201, body: { ok: true } }],
  ])("is told as made, where its provider answers with %s", async (_, answer) => {
    const world = await open("hubspot");
    world.intercept = ({ method }) => (method === "POST" ? answer : null);
    const problem = await problemOf(createRecord(world.ports, world.call("crm", "contacts"), ada));
    expect(problem.detail).toMatch(/made the record.*would make another one/);
    expect(posts(world)).toBe(1);
  });
});

describe("a record that was made, of which its provider answers the id alone", () => {
  const evaluated = { unified: { crm: { contacts: { endpoints: { create: { id: "$string(body.id)" } } } } } };

  it("is told as made, and is not to be tried again, where the id can't be read for busy evaluators", async () => {
    const busy = busyAfterWrites(null, 1_000);
    const world = await open("salesforce", { expressions: busy.expressions, account: evaluated });
    busy.state.world = world;
    const work = world.world.clock.settle(createRecord(world.ports, world.call("crm", "contacts"), ada));
    const problem = await problemOf(work);
    expect(problem).toMatchObject({ code: "provider_error", retryAfterSeconds: null });
    expect(problem.detail).toMatch(/made the record.*would make another one/);
  });

  it("is told as made, where the expression fails that finds its id", async () => {
    const account = { unified: { crm: { contacts: { endpoints: { create: { id: "$error('no')" } } } } } };
    const world = await open("salesforce", { account });
    const problem = await problemOf(createRecord(world.ports, world.call("crm", "contacts"), ada));
    expect(problem.detail).toMatch(/made the record.*would make another one/);
    expect(JSON.stringify(world.world.log.lines)).toContain("could not be read");
  });

  it("is known by its id, where its caller leaves before it was read", async () => {
    const leaving = new AbortController();
    const world = await open("salesforce");
    world.intercept = ({ method }) => {
      if (method !== "GET") return null;
      leaving.abort(new Error("the caller left"));
      return "lost";
    };
    const call = world.call("crm", "contacts", { signal: leaving.signal });
    const { record } = await createRecord(world.ports, call, ada);
    expect(record).toMatchObject({ id: expect.stringMatching(/^003/) as string, first_name: "Ada" });
  });
});

describe("a record that was made before", () => {
  it.each([true, false])("is told again, whether one can be read by its id: %j", async (canRead) => {
    const { ports, call, world, asked } = await open("hubspot");
    const configured = await world.integrations.find("env_production", "acme-crm");
    if (configured === null) throw new Error("not defined");
    const document = structuredClone(configured.document);
    const { endpoints = {} } = document.unified?.crm?.contacts ?? {};
    if (!canRead) delete endpoints.get;
    world.integrations.set({ ...configured, document });
    const { record } = await createRecord(ports, call("crm", "contacts"), ada);
    const again = await readMade(ports, call("crm", "contacts"), String(record["id"]), ada);
    expect(again.record).toMatchObject({ id: record["id"], first_name: "Ada", custom_fields: {} });
    expect(asked.map(({ method }) => method)).toEqual(canRead ? ["POST", "GET"] : ["POST"]);
  });
});

describe("a record that was changed", () => {
  it("is read by its id, where its provider answers something else", async () => {
    const world = await open("zendesk");
    const tickets = world.call("ticketing", "tickets");
    const { record } = await createRecord(world.ports, tickets, {
      subject: "Help",
      description: "It stands.",
      requester_id: "5",
    });
    world.intercept = ({ method }) => (method === "PUT" ? { status: 200, body: { ticket: { ok: true } } } : null);
    const changed = await updateRecord(world.ports, tickets, String(record["id"]), { subject: "New" });
    expect(changed.record).toMatchObject({ id: record["id"], description: "It stands." });
    expect(world.asked.map(({ method }) => method)).toEqual(["POST", "PUT", "GET"]);
  });

  it("and can't be read afterwards is a problem that says so, and no record of nulls", async () => {
    const world = await open("zendesk");
    const { record } = await createRecord(world.ports, world.call("ticketing", "tickets"), {
      subject: "Help",
      description: "It stands.",
      requester_id: "5",
    });
    const isWritten = (): boolean => world.asked.some(({ method }) => method === "PUT");
    world.intercept = ({ method }) => {
      if (method === "PUT") return { status: 200, headers: { "content-type": "text/html" }, body: "<html>" };
      return isWritten() ? { status: 500, body: {} } : null;
    };
    const work = updateRecord(world.ports, world.call("ticketing", "tickets"), String(record["id"]), {
      subject: "New",
    });
    expect(await problemOf(work)).toMatchObject({
      code: "provider_error",
      detail: expect.stringMatching(/^The record was changed, and could not be read afterwards: /) as string,
    });
  });

  it("is removed where its provider answers with nothing, and may be where it answers with a page for people", async () => {
    const world = await open("hubspot");
    const remove = () => deleteRecord(world.ports, world.call("crm", "contacts"), "1");
    world.intercept = () => ({ status: 204, body: undefined });
    await expect(remove()).resolves.toBeDefined();
    world.intercept = () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<html>Back soon</html>" });
    expect(await problemOf(remove())).toMatchObject({
      code: "provider_error",
      detail: expect.stringContaining("may or may not have been removed") as string,
    });
  });
});

describe("an answer of another shape", () => {
  it.each([
    ["no member where the list is", { things: [] }],
    ["one thing in place of the list", { results: { total: 1 } }],
    ["entries without an id", { results: [{ properties: { firstname: "Ada" } }] }],
  ])("with %s is no list", async (_, body) => {
    const world = await open("hubspot");
    world.intercept = () => ({ status: 200, body });
    const work = listRecords(world.ports, world.call("crm", "contacts"), everything, null);
    expect(await problemOf(work)).toMatchObject({
      code: "provider_error",
      detail: "The provider's answer holds no records where its mapping looks for them.",
    });
  });

  it("is no record", async () => {
    const world = await open("hubspot");
    world.intercept = () => ({ status: 200, body: { ok: true } });
    expect(await problemOf(getRecord(world.ports, world.call("crm", "contacts"), "1"))).toMatchObject({
      code: "provider_error",
    });
  });

  it.each([{ results: [] }, { results: null }, {}])("that is an empty list is one: %j", async (body) => {
    const world = await open("hubspot");
    world.intercept = () => ({ status: 200, body });
    const { records } = await listRecords(world.ports, world.call("crm", "contacts"), everything, null);
    expect(records).toEqual([]);
  });
});

describe("a text that is long", () => {
  const long = "x".repeat(200_000);

  it("keeps no page from being read, where a plain path leads to it", async () => {
    const { ports, call, provider } = await open("zendesk");
    provider.of["tickets"]?.fill(5);
    const ticket = provider.of["tickets"]?.all[2] as { description: string };
    ticket.description = long;
    const { records } = await listRecords(ports, call("ticketing", "tickets"), everything, null);
    expect(records).toHaveLength(5);
    expect(records[2]?.["description"]).toBe(long);
  });

  it("is null where an expression would find it, and its record is there with a word in the log", async () => {
    const account = { unified: { ticketing: { tickets: { fields: { description: { read: "description & ''" } } } } } };
    const { ports, call, provider, world } = await open("zendesk", { account });
    provider.of["tickets"]?.fill(3);
    const ticket = provider.of["tickets"]?.all[1] as { description: string };
    ticket.description = long;
    const { records } = await listRecords(ports, call("ticketing", "tickets"), everything, null);
    expect(records.map((one) => one["description"] === null)).toEqual([false, true, false]);
    expect(JSON.stringify(world.log.lines)).toContain("too large for its mapping");
  });

  it("is refused at its field where it can't be written", async () => {
    const { ports, call, asked } = await open("hubspot");
    const work = createRecord(ports, call("crm", "contacts"), {
      ...ada,
      emails: [{ address: `${"x".repeat(70_000)}@example.com`, kind: "work" }],
    });
    expect(await problemOf(work)).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/emails", detail: expect.stringContaining("too long") as string }],
    });
    expect(asked).toEqual([]);
  });

  it("is the caller's to shorten where the record with it is too large for any expression", async () => {
    const { ports, call, asked } = await open("salesforce");
    const given = { ...ada, description: "x".repeat(1_048_576) };
    expect(await problemOf(createRecord(ports, call("crm", "contacts"), given))).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "", detail: expect.stringContaining("too large") as string }],
    });
    expect(asked).toEqual([]);
  });
});

describe("a list that would never end", () => {
  it("ends with a problem, where the next page is the one that was asked for", async () => {
    const world = await open("hubspot");
    const page = { results: [{ id: "1", properties: {} }], paging: { next: { after: "same" } } };
    world.intercept = () => ({ status: 200, body: page });
    const list = (cursor: string | null) => listRecords(world.ports, world.call("crm", "contacts"), everything, cursor);
    const { nextCursor } = await list(null);
    expect(await problemOf(list(nextCursor))).toMatchObject({
      code: "provider_error",
      detail: expect.stringContaining("never end") as string,
    });
  });
});

describe("a cursor", () => {
  it("that could not be handed back is a problem, and none is given", async () => {
    const world = await open("hubspot");
    const page = { results: [{ id: "1", properties: {} }], paging: { next: { after: "x".repeat(5_000) } } };
    world.intercept = () => ({ status: 200, body: page });
    const work = listRecords(world.ports, world.call("crm", "contacts"), everything, null);
    expect(await problemOf(work)).toMatchObject({
      code: "provider_error",
      detail: expect.stringContaining("too long to be handed on") as string,
    });
  });

  it("is good for its filters and its order alone, also where the definition can do them no more", async () => {
    const world = await open("hubspot");
    world.provider.of["contacts"]?.fill(5);
    const call = world.call("crm", "contacts");
    const wish = { limit: 2, filters: { owner_id: "1" }, sort: { field: "created_at", descending: false } };
    world.intercept = ({ path }) =>
      path.endsWith("/search")
        ? { status: 200, body: { results: [{ id: "1", properties: {} }], paging: { next: { after: "2" } } } }
        : null;
    const { nextCursor } = await listRecords(world.ports, call, wish, null);
    const asked = world.asked.length;
    const configured = await world.world.integrations.find("env_production", "acme-crm");
    if (configured === null) throw new Error("not defined");
    for (const lacking of [{ filters: [] }, { sort: {} }]) {
      const document = structuredClone(configured.document);
      Object.assign(document.unified?.crm?.contacts?.endpoints.search ?? {}, lacking);
      world.world.integrations.set({ ...configured, document });
      expect(await problemOf(listRecords(world.ports, call, wish, nextCursor))).toMatchObject({
        code: "invalid_request",
        errors: [{ pointer: "cursor" }],
      });
    }
    expect(world.asked).toHaveLength(asked);
  });
});

describe("a field that is cleared", () => {
  it("and which its mapping can't clear is refused by its name, and nothing is sent", async () => {
    const write = { "/properties/jobtitle": "$boolean(job_title) ? job_title" };
    const account = { unified: { crm: { contacts: { fields: { job_title: { write } } } } } };
    const { ports, call, asked } = await open("hubspot", { account });
    const work = updateRecord(ports, call("crm", "contacts"), "1", { job_title: null, first_name: "Ada" });
    expect(await problemOf(work)).toMatchObject({
      code: "unsupported_by_provider",
      errors: [{ pointer: "/job_title", detail: expect.stringContaining("cleared") as string }],
    });
    expect(asked).toEqual([]);
    // A new record has nothing to clear.
    await createRecord(ports, call("crm", "contacts"), { ...ada, job_title: null });
    expect(asked).toHaveLength(1);
  });
});

describe("an expression that ends its evaluator", () => {
  it("is to be mended, and not to be tried for ever", async () => {
    const crashing: Expressions["evaluate"] = async () => {
      throw new ExpressionFailed("crashed");
    };
    const world = await open("hubspot", {
      expressions: { ...expressions, evaluators: 0, evaluate: crashing } as never,
    });
    const work = createRecord(world.ports, world.call("crm", "contacts"), ada);
    expect(await problemOf(work)).toMatchObject({ code: "client_misconfigured" });
  });
});
