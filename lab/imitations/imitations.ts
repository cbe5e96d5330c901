import { imitateBambooHr } from "./bamboohr.ts";
import { imitateFreshdesk } from "./freshdesk.ts";
import { imitateGusto } from "./gusto.ts";
import { imitateHubSpot } from "./hubspot.ts";
import type { Imitation, Records } from "./imitation.ts";
import { imitatePipedrive } from "./pipedrive.ts";
import { imitateSalesforce } from "./salesforce.ts";
import { imitateZendesk } from "./zendesk.ts";

/** A provider's API, with the records of each of our models. */
export type ProviderImitation = Imitation & { of: Record<string, Records> };

/** Every provider that a catalogue document has a mapping of, by the document's name. */
export const imitations: Record<string, () => ProviderImitation> = {
  hubspot: () => {
    const one = imitateHubSpot();
    return { ...one, of: one.records };
  },
  salesforce: () => {
    const one = imitateSalesforce();
    const { Contact, Account, Opportunity } = one.records;
    return { ...one, of: { contacts: Contact, companies: Account, deals: Opportunity } as Record<string, Records> };
  },
  pipedrive: () => {
    const one = imitatePipedrive();
    const { persons, organizations, deals } = one.records;
    return { ...one, of: { contacts: persons, companies: organizations, deals } as Record<string, Records> };
  },
  zendesk: () => {
    const one = imitateZendesk();
    return { ...one, of: { tickets: one.tickets } };
  },
  freshdesk: () => {
    const one = imitateFreshdesk();
    return { ...one, of: { tickets: one.tickets } };
  },
  bamboohr: () => {
    const one = imitateBambooHr();
    return { ...one, of: { employees: one.employees } };
  },
  gusto: () => {
    const one = imitateGusto();
    return { ...one, of: { employees: one.employees } };
  },
};
