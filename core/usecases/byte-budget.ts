/** Bytes of bodies that calls through the proxy hold in memory in this process, of all accounts together. */
export interface ByteBudget {
  /** @returns false: so many are not left, and none are taken */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Beyond this, bytes, requests are not kept for a replay, nor answers held back for an expression: calls go on without. */
export const mostHeldBytes = 134_217_728;

export function createByteBudget(most: number = mostHeldBytes): ByteBudget {
  let left = most;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}
