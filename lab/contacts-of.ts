const firstNames = ["Mina", "Jonas", "Aiko", "Priya", "Luca", "Sofia", "Omar", "Elif", "Noah", "Ines"];
const lastNames = ["Becker", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak"];
const contactCount = 60;

export type Contact = { id: string; name: string; email: string; company: string; updated_at: string };
export type ContactPage = { items: Contact[]; next_cursor: string | null; total: number };

/** Sixty contacts for each person, always the same. Null when cursor or limit are not ones this API gives out. */
export function contactsOf(person: string, cursor: string | null, limit: number): ContactPage | null {
  const start = cursor === null || cursor === "" ? 0 : Number(cursor);
  if (!Number.isInteger(start) || start < 0 || start > contactCount) return null;
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) return null;
  const end = Math.min(start + limit, contactCount);
  const items = Array.from({ length: end - start }, (_, index) => contact(person, start + index));
  return { items, next_cursor: end < contactCount ? String(end) : null, total: contactCount };
}

export function findContact(person: string, id: string): Contact | null {
  const index = Number(id.startsWith(`${person}-`) ? id.slice(person.length + 1) : Number.NaN) - 1;
  return Number.isInteger(index) && index >= 0 && index < contactCount ? contact(person, index) : null;
}

function contact(person: string, index: number): Contact {
  const first = firstNames[index % firstNames.length] ?? "Mina";
  const last = lastNames[Math.floor(index / firstNames.length)] ?? "Becker";
  return {
    id: `${person}-${index + 1}`,
    name: `${first} ${last}`,
    email: `${first}.${last}@customers.example`.toLowerCase(),
    company: `${last} & Partners`,
    updated_at: new Date(Date.UTC(2026, 0, 1 + index, 9)).toISOString(),
  };
}
