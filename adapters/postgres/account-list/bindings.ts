/** Values of a statement, each named where it is used. */
export interface Bindings {
  readonly values: readonly unknown[];
  /** @returns `$n` */
  readonly add: (value: unknown) => string;
}

export function createBindings(): Bindings {
  const values: unknown[] = [];
  return {
    values,
    add(value) {
      values.push(value);
      return `$${values.length}`;
    },
  };
}
