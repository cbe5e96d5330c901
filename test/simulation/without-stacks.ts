/**
 * Errors made meanwhile have no stack: a run makes thousands for their codes, and of all that a run costs a fifth went into frames
 * that nobody reads (Vitest asks for a hundred of each). Whoever `isTraced` keeps them.
 */
export async function withoutStacks<T>(isTraced: boolean, work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  if (!isTraced) Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
