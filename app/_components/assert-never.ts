/** Ends a switch that must know every case; the compiler refuses it otherwise. */
export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
