import { choice, id, identity, sinceFilters, text, texts, timestamp, times, type Model } from "./model.ts";

const statuses = ["new", "open", "pending", "on_hold", "solved", "closed"] as const;
const priorities = ["low", "normal", "high", "urgent"] as const;

export const tickets: Model = {
  category: "ticketing",
  name: "tickets",
  singular: "ticket",
  description: "Requests that the customer's team works on.",
  fields: {
    ...identity,
    subject: text("What it is about, in a line.", "The engine stands still"),
    description: text("What was written when it was opened.", "Since this morning."),
    status: choice(statuses, "Whose turn it is: `pending` waits for the requester, `on_hold` for others.", "open"),
    priority: choice(priorities, "How much it matters.", "high"),
    type: text("Its kind, in the provider's word.", "incident"),
    channel: text("The way that it came, in the provider's word.", "email"),
    requester_id: id("Who asks: their id at the provider.", "20978392"),
    requester_email: text("Who asks: their e-mail address, where the record has it.", "ada@example.com"),
    assignee_id: id("Who works on it: their id at the provider.", "235323"),
    team_id: id("Which team or group works on it: its id at the provider.", "98738"),
    company_id: id("The requester's organization: its id at the provider.", "509974"),
    tags: texts("Words that it is marked with.", ["enterprise"]),
    due_at: timestamp("When it is to be solved.", "2026-12-01T12:00:00.000Z"),
    ...times,
  },
  filters: {
    status: { kind: "choice", description: "Whose turn it is.", example: "open", choices: statuses },
    priority: { kind: "choice", description: "How much it matters.", example: "high", choices: priorities },
    requester_id: { kind: "id", description: "Asked by this person.", example: "20978392" },
    assignee_id: { kind: "id", description: "Worked on by this person.", example: "235323" },
    company_id: { kind: "id", description: "Asked by somebody of this organization.", example: "509974" },
    ...sinceFilters,
  },
  sorts: ["created_at", "updated_at"],
};
