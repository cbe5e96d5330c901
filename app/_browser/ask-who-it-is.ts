type Asker = () => Promise<boolean>;

let asker: Asker | null = null;

/** Whoever can ask registers here: the dialog of the dashboard. @returns takes it back */
export function answerWith(ask: Asker): () => void {
  asker = ask;
  return () => {
    if (asker === ask) asker = null;
  };
}

/** @returns whether they have shown who they are; false also where nobody can ask */
export async function askWhoItIs(): Promise<boolean> {
  return asker === null ? false : await asker();
}
