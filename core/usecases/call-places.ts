/** Calls of one account that are under way at a time in this process. */
export interface CallPlaces {
  /** @returns what gives the place back, once; null: all are taken */
  take(accountId: string): (() => void) | null;
}

/** One account's crowd must not take the sockets and the memory of all the others. */
export function createCallPlaces(most: number): CallPlaces {
  const taken = new Map<string, number>();
  return {
    take(accountId) {
      const before = taken.get(accountId) ?? 0;
      if (before >= most) return null;
      taken.set(accountId, before + 1);
      let isBack = false;
      return () => {
        if (isBack) return;
        isBack = true;
        const now = taken.get(accountId) ?? 0;
        if (now > 1) taken.set(accountId, now - 1);
        else taken.delete(accountId);
      };
    },
  };
}
