export type Person = { id: string; name: string; email: string; company: string };

/** The people of the demo. */
export const people: readonly Person[] = [
  person("ada", "Ada Lovelace", "Analytical Engines"),
  person("grace", "Grace Hopper", "Harbor Compilers"),
  person("alan", "Alan Turing", "Bletchley Works"),
  person("katherine", "Katherine Johnson", "Orbital Charts"),
  person("hedy", "Hedy Lamarr", "Frequency Hop Radio"),
  person("edsger", "Edsger Dijkstra", "Shortest Paths"),
];

/** Besides the six there are as many as a load test wants: `person-1`, `person-2`, … */
export function findPerson(id: string): Person | null {
  const known = people.find((one) => one.id === id);
  if (known !== undefined) return known;
  const number = /^person-(\d{1,9})$/.exec(id)?.[1];
  return number === undefined ? null : person(id, `Person ${number}`, `Company ${number}`);
}

function person(id: string, name: string, company: string): Person {
  return { id, name, company, email: `${id}@${company.toLowerCase().replaceAll(" ", "-")}.example` };
}
