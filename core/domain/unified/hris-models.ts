import { address, choice, date, id, identity, sinceFilters, text, times, type Model } from "./model.ts";

export const employees: Model = {
  category: "hris",
  name: "employees",
  singular: "employee",
  description:
    "People who work for the customer, or did. Nothing of pay, health or birth: a product that needs it calls the provider through the proxy.",
  fields: {
    ...identity,
    employee_number: text("The number that their company knows them by.", "1042"),
    first_name: text("Given name.", "Ada"),
    last_name: text("Family name.", "Lovelace"),
    name: text("The name that they go by.", "Ada Lovelace"),
    work_email: text("Their address at work.", "ada@example.com"),
    personal_email: text("Their own address.", "ada@home.example"),
    work_phone: text("Their number at work.", "+1 555 0100"),
    mobile_phone: text("Their own number.", "+1 555 0199"),
    job_title: text("What they do.", "Analyst"),
    department: text("Where they work, in the company's word.", "Research"),
    division: text("A part above departments, in the company's word.", "Europe"),
    location: text("The place of their work, in the company's word.", "London"),
    manager_id: id("Whom they report to: that person's id at the provider.", "17"),
    employment_status: choice(["active", "inactive"], "Whether they work there now.", "active"),
    employment_type: text("Full time, part time and the like, in the provider's word.", "Full-Time"),
    hired_on: date("Their first day.", "2024-02-01"),
    ended_on: date("Their last day; null while they have none.", "2026-03-31"),
    address,
    ...times,
  },
  filters: {
    employment_status: {
      kind: "choice",
      description: "Whether they work there now.",
      example: "active",
      choices: ["active", "inactive"],
    },
    ...sinceFilters,
  },
  sorts: ["first_name", "last_name", "hired_on"],
};
