import type { CrmCompany, CrmContact, CrmDeal, HrisEmployee, TicketingTicket, Operations } from "./api-types.ts";
import type { CallOptions, Transport } from "./transport.ts";

type Body<Op extends keyof Operations> = Operations[Op]["body"];
/** Without the account, which is named once. */
type Query<Op extends keyof Operations> = Omit<Operations[Op]["query"], "integrated_account_id">;

/**
 * One account through the unified API: the same calls and records whatever its provider is. What its integration can't do is an
 * EvergrantError of the code `unsupported_by_provider`.
 */
export function unifiedMethods(transport: Transport, accountId: string) {
  const { call } = transport;
  const account = { integrated_account_id: accountId };
  return {
    /** What this account's integration can do. */
    capabilities: (options: CallOptions = {}) => call("getUnifiedCapabilities", { ...options, query: account }),
    crm: {
      contacts: contactMethods(transport, account),
      companies: companyMethods(transport, account),
      deals: dealMethods(transport, account),
    },
    ticketing: {
      tickets: ticketMethods(transport, account),
    },
    hris: {
      employees: employeeMethods(transport, account),
    },
  };
}

interface AccountQuery {
  readonly integrated_account_id: string;
}

function contactMethods({ call }: Transport, account: AccountQuery) {
  const list = (query: Query<"listCrmContacts"> = {}, options: CallOptions = {}) =>
    call("listCrmContacts", { ...options, query: { ...query, ...account } });
  return {
    /** One page, in the provider's order or the one asked for. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listCrmContacts">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<CrmContact, void> => records((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, query: Query<"getCrmContacts"> = {}, options: CallOptions = {}) =>
      call("getCrmContacts", { ...options, path: { id }, query: { ...query, ...account } }),
    create: (body: Body<"createCrmContacts">, query: Query<"createCrmContacts"> = {}, options: CallOptions = {}) =>
      call("createCrmContacts", { ...options, query: { ...query, ...account }, body }),
    update: (
      id: string,
      body: Body<"updateCrmContacts">,
      query: Query<"updateCrmContacts"> = {},
      options: CallOptions = {},
    ) => call("updateCrmContacts", { ...options, path: { id }, query: { ...query, ...account }, body }),
    delete: (id: string, options: CallOptions = {}) =>
      call("deleteCrmContacts", { ...options, path: { id }, query: account }),
  };
}

function companyMethods({ call }: Transport, account: AccountQuery) {
  const list = (query: Query<"listCrmCompanies"> = {}, options: CallOptions = {}) =>
    call("listCrmCompanies", { ...options, query: { ...query, ...account } });
  return {
    /** One page, in the provider's order or the one asked for. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listCrmCompanies">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<CrmCompany, void> => records((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, query: Query<"getCrmCompanies"> = {}, options: CallOptions = {}) =>
      call("getCrmCompanies", { ...options, path: { id }, query: { ...query, ...account } }),
    create: (body: Body<"createCrmCompanies">, query: Query<"createCrmCompanies"> = {}, options: CallOptions = {}) =>
      call("createCrmCompanies", { ...options, query: { ...query, ...account }, body }),
    update: (
      id: string,
      body: Body<"updateCrmCompanies">,
      query: Query<"updateCrmCompanies"> = {},
      options: CallOptions = {},
    ) => call("updateCrmCompanies", { ...options, path: { id }, query: { ...query, ...account }, body }),
    delete: (id: string, options: CallOptions = {}) =>
      call("deleteCrmCompanies", { ...options, path: { id }, query: account }),
  };
}

function dealMethods({ call }: Transport, account: AccountQuery) {
  const list = (query: Query<"listCrmDeals"> = {}, options: CallOptions = {}) =>
    call("listCrmDeals", { ...options, query: { ...query, ...account } });
  return {
    /** One page, in the provider's order or the one asked for. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listCrmDeals">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<CrmDeal, void> => records((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, query: Query<"getCrmDeals"> = {}, options: CallOptions = {}) =>
      call("getCrmDeals", { ...options, path: { id }, query: { ...query, ...account } }),
    create: (body: Body<"createCrmDeals">, query: Query<"createCrmDeals"> = {}, options: CallOptions = {}) =>
      call("createCrmDeals", { ...options, query: { ...query, ...account }, body }),
    update: (
      id: string,
      body: Body<"updateCrmDeals">,
      query: Query<"updateCrmDeals"> = {},
      options: CallOptions = {},
    ) => call("updateCrmDeals", { ...options, path: { id }, query: { ...query, ...account }, body }),
    delete: (id: string, options: CallOptions = {}) =>
      call("deleteCrmDeals", { ...options, path: { id }, query: account }),
  };
}

function ticketMethods({ call }: Transport, account: AccountQuery) {
  const list = (query: Query<"listTicketingTickets"> = {}, options: CallOptions = {}) =>
    call("listTicketingTickets", { ...options, query: { ...query, ...account } });
  return {
    /** One page, in the provider's order or the one asked for. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listTicketingTickets">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<TicketingTicket, void> => records((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, query: Query<"getTicketingTickets"> = {}, options: CallOptions = {}) =>
      call("getTicketingTickets", { ...options, path: { id }, query: { ...query, ...account } }),
    create: (
      body: Body<"createTicketingTickets">,
      query: Query<"createTicketingTickets"> = {},
      options: CallOptions = {},
    ) => call("createTicketingTickets", { ...options, query: { ...query, ...account }, body }),
    update: (
      id: string,
      body: Body<"updateTicketingTickets">,
      query: Query<"updateTicketingTickets"> = {},
      options: CallOptions = {},
    ) => call("updateTicketingTickets", { ...options, path: { id }, query: { ...query, ...account }, body }),
    delete: (id: string, options: CallOptions = {}) =>
      call("deleteTicketingTickets", { ...options, path: { id }, query: account }),
  };
}

function employeeMethods({ call }: Transport, account: AccountQuery) {
  const list = (query: Query<"listHrisEmployees"> = {}, options: CallOptions = {}) =>
    call("listHrisEmployees", { ...options, query: { ...query, ...account } });
  return {
    /** One page, in the provider's order or the one asked for. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listHrisEmployees">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<HrisEmployee, void> => records((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, query: Query<"getHrisEmployees"> = {}, options: CallOptions = {}) =>
      call("getHrisEmployees", { ...options, path: { id }, query: { ...query, ...account } }),
    create: (body: Body<"createHrisEmployees">, query: Query<"createHrisEmployees"> = {}, options: CallOptions = {}) =>
      call("createHrisEmployees", { ...options, query: { ...query, ...account }, body }),
    update: (
      id: string,
      body: Body<"updateHrisEmployees">,
      query: Query<"updateHrisEmployees"> = {},
      options: CallOptions = {},
    ) => call("updateHrisEmployees", { ...options, path: { id }, query: { ...query, ...account }, body }),
    delete: (id: string, options: CallOptions = {}) =>
      call("deleteHrisEmployees", { ...options, path: { id }, query: account }),
  };
}

async function* records<T>(
  read: (cursor: string | undefined) => Promise<{ result: T[]; next_cursor: string | null }>,
): AsyncGenerator<T, void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.result;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
