import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://developers.freshdesk.com/api/#list_all_tickets, #create_ticket, #error.
const sample = {
  cc_emails: ["user@cc.com"],
  fwd_emails: [],
  reply_cc_emails: ["user@cc.com"],
  fr_escalated: false,
  spam: false,
  email_config_id: null,
  group_id: 2,
  priority: 1,
  requester_id: 5,
  requester: { id: 5, name: "Ada", email: "ada@example.com" },
  responder_id: 1,
  source: 2,
  status: 2,
  subject: "Please help",
  company_id: 1,
  id: 18,
  type: null,
  to_emails: null,
  product_id: null,
  created_at: "2015-08-17T12:02:50Z",
  updated_at: "2015-08-17T12:02:51Z",
  due_by: "2015-08-20T11:30:00Z",
  fr_due_by: "2015-08-18T11:30:00Z",
  is_escalated: false,
  description_text: "Not given.",
  description: "<div>Not given.</div>",
  tags: ["printer"],
  custom_fields: { category: "Primary" },
};

export type FreshdeskImitation = Imitation & { tickets: Records };

/** Tickets: pages by the Link header, numbers for words. */
export function imitateFreshdesk(): FreshdeskImitation {
  const tickets = createRecords({
    sample,
    idOf: (one) => String(one.id),
    numbered: (one, number) => ({ ...one, id: 100 + number }),
  });
  return {
    inputs: { subdomain: "acme" },
    fields: {},
    tickets,
    answer: (request, origin) => answer(tickets, request, origin),
  };
}

const base = "/api/v2/tickets";

function answer(tickets: Records, request: ImitatedRequest, origin: string): ImitatedAnswer {
  const { method, path, query, body } = request;
  if (path === base && method === "GET") return list(tickets.all, query, origin);
  if (path === base) {
    if (body.requester_id === undefined && body.email === undefined) {
      const errors = [
        {
          field: "requester_id",
          message: "One of requester_id, phone, email, twitter_id should be filled in",
          code: "missing_field",
        },
      ];
      return { status: 400, body: { description: "Validation failed", errors } };
    }
    return { status: 201, body: withoutRequester(tickets.add((id) => stored({ ...blank, ...body, id }))) };
  }
  const id = matchPath(`${base}/{id}`, path)?.["id"];
  const record = id === undefined ? null : tickets.find(id);
  if (record === null || id === undefined) return { status: 404, body: "" };
  if (method === "DELETE") {
    tickets.remove(id);
    return { status: 204 };
  }
  if (method === "PUT") {
    Object.assign(record, stored(body));
    return { status: 200, body: withoutRequester(record) };
  }
  return { status: 200, body: query.get("include")?.includes("requester") ? record : withoutRequester(record) };
}

const blank = {
  type: null,
  responder_id: null,
  group_id: null,
  company_id: null,
  source: 2,
  tags: [],
  due_by: null,
  created_at: "2026-11-20T10:00:00Z",
  updated_at: "2026-11-20T10:00:00Z",
};

/** Whom it is about comes when it is asked for. */
function withoutRequester(record: Json): Json {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== "requester"));
}

/** A description is HTML, and comes back as text besides. */
function stored({ description, email, ...body }: Json): Json {
  const text = (html: string): string =>
    html
      .replaceAll(/<[^>]*>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  return {
    ...body,
    ...(description === undefined ? {} : { description, description_text: text(description) }),
    ...(email === undefined ? {} : { requester: { id: 99, name: email, email }, requester_id: 99 }),
  };
}

function list(all: Json[], query: URLSearchParams, origin: string): ImitatedAnswer {
  const since = query.get("updated_since");
  const found = all
    .filter((one) =>
      ["requester_id", "company_id"].every((name) => !query.has(name) || String(one[name]) === query.get(name)),
    )
    // Without it those that were made within the last 30 days, and no others.
    .filter((one) =>
      since === null
        ? Date.parse(one.created_at) >= Date.now() - 30 * 86_400_000
        : Date.parse(one.updated_at) >= Date.parse(since),
    );
  const by = query.get("order_by");
  const ascending = by === null ? found : found.toSorted((a, b) => (a[by] < b[by] ? -1 : 1));
  const sorted = by !== null && query.get("order_type") !== "asc" ? ascending.toReversed() : ascending;
  const page = Number(query.get("page") ?? 1);
  const size = Number(query.get("per_page") ?? 30);
  if (!(size >= 1 && size <= 100)) return { status: 400, body: { description: "Validation failed", errors: [] } };
  const next = new URLSearchParams(query);
  next.set("page", String(page + 1));
  const headers: Record<string, string> =
    // Page 300 is the last.
    page * size < found.length && page < 300 ? { link: `<${origin}${base}?${next}>; rel="next"` } : {};
  return { status: 200, headers, body: sorted.slice((page - 1) * size, page * size) };
}
