/** A value that writes down what is read of it. */
export type Recorded<T> = {
  value: T;
  /** JSON Pointers of the plain values that were read or looked for, and of empty lists and objects that were looked into. */
  reads: ReadonlySet<string>;
};

/** Whether reads count, by pointer; asked at each read. */
export type Counts = (pointer: string) => boolean;

/**
 * Wraps a value so that each read of a plain value below it is written down, also through copies of a reference, destructuring
 * and iteration. Handing an object on is no read of what is in it.
 */
export function recordReads<T>(value: T, counts: Counts = () => true): Recorded<T> {
  const reads = new Set<string>();
  const wrapped = new WeakMap<object, unknown>();
  const wrap = (one: unknown, pointer: string): unknown => {
    if (!isPlainObject(one)) return one;
    const known = wrapped.get(one);
    if (known !== undefined) return known;
    const proxy = new Proxy(one, {
      get(target, key, receiver) {
        const found: unknown = Reflect.get(target, key, receiver);
        if (typeof key === "symbol" || (Array.isArray(target) && !/^\d+$/.test(key))) return found;
        const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (!isPlainObject(found) && counts(at)) reads.add(at);
        return wrap(found, at);
      },
      ownKeys(target) {
        // Nothing is in it, so all of it was seen.
        if (Reflect.ownKeys(target).every((key) => key === "length") && counts(pointer)) reads.add(pointer);
        return Reflect.ownKeys(target);
      },
    });
    wrapped.set(one, proxy);
    return proxy;
  };
  return { value: wrap(value, "") as T, reads };
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
