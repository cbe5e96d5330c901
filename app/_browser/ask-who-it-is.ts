type Asker = () => Promise<boolean>;

let asker: Asker | null = null;
let asked: Promise<boolean> | null = null;

/** Whoever can ask registers here: the dialog of the dashboard. @returns takes it back */
export function answerWith(ask: Asker): () => void {
  asker = ask;
  return () => {
    if (asker === ask) asker = null;
  };
}

/**
 * One question at a time: what wants to know meanwhile shares its answer.
 *
 * @returns whether they have shown who they are; false also where nobody can ask
 */
export async function askWhoItIs(): Promise<boolean> {
  if (asker === null) return false;
  asked ??= asker().finally(() => {
    asked = null;
  });
  return await asked;
}
