import {
  address,
  choice,
  date,
  emails,
  id,
  identity,
  number,
  phones,
  sinceFilters,
  text,
  times,
  type Model,
  type ModelFilter,
} from "./model.ts";

const owner = id("Who of the customer's team looks after it: their id at the provider.", "5226");
const ownerFilter: ModelFilter = { kind: "id", description: "Looked after by this person.", example: "5226" };
const companyFilter: ModelFilter = { kind: "id", description: "Belongs to this company.", example: "832" };
const sorts = ["created_at", "updated_at"];

export const contacts: Model = {
  category: "crm",
  name: "contacts",
  singular: "contact",
  description: "People whom the customer deals with.",
  fields: {
    ...identity,
    first_name: text("Given name.", "Ada"),
    last_name: text("Family name.", "Lovelace"),
    name: text("The whole name. Where a provider keeps parts alone, it is made of them.", "Ada Lovelace"),
    job_title: text("What they do.", "Analyst"),
    emails,
    phones,
    address,
    company_id: id("The company that they belong to first: its id at the provider.", "832"),
    owner_id: owner,
    description: text("Notes about them.", "Met at the fair."),
    ...times,
  },
  filters: {
    email: { kind: "text", description: "Has this e-mail address.", example: "ada@example.com" },
    company_id: companyFilter,
    owner_id: ownerFilter,
    ...sinceFilters,
  },
  sorts,
};

export const companies: Model = {
  category: "crm",
  name: "companies",
  singular: "company",
  description: "Organizations that the customer deals with.",
  fields: {
    ...identity,
    name: text("Its name.", "Analytical Engines"),
    website: text("Its address on the web, as the provider writes it.", "https://engines.example"),
    phones,
    address,
    industry: text("Its trade, in the provider's word.", "Manufacturing"),
    employee_count: number("How many work there.", 120),
    annual_revenue: number("What it takes in a year, in the account's currency.", 1_500_000),
    owner_id: owner,
    description: text("Notes about it.", "Builds engines."),
    ...times,
  },
  filters: {
    name: { kind: "text", description: "Is called exactly this.", example: "Analytical Engines" },
    owner_id: ownerFilter,
    ...sinceFilters,
  },
  sorts,
};

export const deals: Model = {
  category: "crm",
  name: "deals",
  singular: "deal",
  description: "Sales that may come about, and that did.",
  fields: {
    ...identity,
    name: text("Its name.", "Engine no. 2"),
    amount: number("What it is worth, in `currency`.", 12_500),
    currency: text("ISO 4217; null where the provider has one for all.", "EUR"),
    status: choice(["open", "won", "lost"], "What has become of it.", "open"),
    stage: text("Where in its pipeline it stands, in the provider's word or id.", "qualifiedtobuy"),
    pipeline: text("Its pipeline, in the provider's word or id.", "default"),
    probability: number("How likely it is to be won, 0 to 1.", 0.4),
    close_date: date("When it is to be decided, or was.", "2026-12-31"),
    company_id: id("Whom it is with: the company's id at the provider.", "832"),
    contact_id: id("Whom it is with: the contact's id at the provider.", "151"),
    owner_id: owner,
    description: text("Notes about it.", "Waits for the budget."),
    ...times,
  },
  filters: {
    status: {
      kind: "choice",
      description: "What has become of it.",
      example: "open",
      choices: ["open", "won", "lost"],
    },
    company_id: companyFilter,
    owner_id: ownerFilter,
    ...sinceFilters,
  },
  sorts,
};
