import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ and …/ticket-management/search/.
const sample = {
  id: 35_436,
  url: "https://company.zendesk.com/api/v2/tickets/35436.json",
  external_id: "ahg35h3jh",
  via: { channel: "web" },
  created_at: "2009-07-20T22:55:29Z",
  updated_at: "2011-05-05T10:38:52Z",
  type: "incident",
  subject: "Help, my printer is on fire!",
  raw_subject: "{{dc.printer_on_fire}}",
  description: "The fire is very colorful.",
  priority: "high",
  status: "open",
  recipient: "support@company.com",
  requester_id: 20_978_392,
  submitter_id: 76_872,
  assignee_id: 235_323,
  organization_id: 509_974,
  group_id: 98_738,
  collaborator_ids: [35_334, 234],
  due_at: null,
  tags: ["enterprise", "other_tag"],
  custom_fields: [
    { id: 27_642, value: "745" },
    { id: 27_648, value: "yes" },
  ],
};

export type ZendeskImitation = Imitation & { tickets: Records };

/** Tickets: pages by links, searches by a query of words. */
export function imitateZendesk(): ZendeskImitation {
  const tickets = createRecords({
    sample,
    idOf: (one) => String(one.id),
    numbered: (one, number) => ({ ...one, id: 40_000 + number }),
  });
  return {
    inputs: { subdomain: "acme" },
    fields: {},
    tickets,
    answer: (request, origin) => answer(tickets, request, origin),
  };
}

const base = "/api/v2";

function answer(tickets: Records, { method, path, query, body }: ImitatedRequest, origin: string): ImitatedAnswer {
  if (path === `${base}/tickets.json` && method === "GET")
    return page(
      "tickets",
      tickets.all.filter((one) => !isArchived(one)),
      path,
      query,
      origin,
    );
  if (path === `${base}/search/export.json`)
    return page("results", search(tickets.all, query.get("query") ?? ""), path, query, origin);
  if (path === `${base}/tickets.json`) {
    const { comment, requester, ...fields } = body.ticket;
    if (!comment?.body) {
      const details = { base: [{ description: "Description: cannot be blank", error: "BlankValue" }] };
      return { status: 422, body: { error: "RecordInvalid", description: "Record validation errors", details } };
    }
    const requesterId = requester === undefined ? fields.requester_id : 777;
    const made = tickets.add((id) => ({
      ...blank,
      ...fields,
      id,
      description: comment.body,
      requester_id: requesterId,
    }));
    return { status: 201, body: { ticket: made } };
  }
  const id = matchPath(`${base}/tickets/{id}.json`, path)?.["id"];
  const record = id === undefined ? null : tickets.find(id);
  if (record === null || id === undefined)
    return { status: 404, body: { error: "RecordNotFound", description: "Not found" } };
  if (method === "DELETE") {
    tickets.remove(id);
    return { status: 204 };
  }
  if (method === "PUT") Object.assign(record, body.ticket);
  return { status: 200, body: { ticket: record } };
}

const blank = {
  via: { channel: "api" },
  status: "new",
  priority: null,
  type: null,
  assignee_id: null,
  group_id: null,
  organization_id: null,
  due_at: null,
  tags: [],
  created_at: "2026-11-20T10:00:00Z",
  updated_at: "2026-11-20T10:00:00Z",
};

function page(key: string, all: Json[], path: string, query: URLSearchParams, origin: string): ImitatedAnswer {
  const from = Number(query.get("page[after]") ?? 0);
  const size = Number(query.get("page[size]") ?? 100);
  if (size > 100)
    return { status: 400, body: { error: "InvalidPaginationParameter", description: "page[size] is too large" } };
  const end = from + size;
  const next = new URLSearchParams(query);
  next.set("page[after]", String(end));
  const more = end < all.length;
  return {
    status: 200,
    body: {
      [key]: all.slice(from, end),
      meta: { has_more: more, after_cursor: more ? String(end) : null },
      links: { prev: null, next: more ? `${origin}${path}?${next}` : null },
    },
  };
}

/** The search has those too. */
function isArchived({ status, updated_at: at }: Json): boolean {
  return status === "closed" && Date.parse(at as string) < Date.now() - 120 * 86_400_000;
}

const columns: Record<string, string> = {
  status: "status",
  priority: "priority",
  requester: "requester_id",
  assignee: "assignee_id",
  organization: "organization_id",
  updated: "updated_at",
  created: "created_at",
};

function search(all: Json[], text: string): Json[] {
  const words = text.split(" ").flatMap((word) => {
    const [, name = "", operator = "", value = ""] = /^(\w+)(:|>=)(\S+)$/.exec(word) ?? [];
    return name === "" ? [] : [{ column: columns[name] ?? "", operator, value }];
  });
  return all.filter((one) =>
    words.every(({ column, operator, value }) =>
      operator === ":" ? String(one[column]) === value : Date.parse(one[column]) >= Date.parse(value),
    ),
  );
}
