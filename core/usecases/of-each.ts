/**
 * One after the other, all of them: what fails for one keeps no other waiting, and is told when all have had their turn.
 *
 * @throws the failure, when it is one; an AggregateError of several
 */
export async function ofEach<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => void failures.push(error));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} of them failed`);
}
