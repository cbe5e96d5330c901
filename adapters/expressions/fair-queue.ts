/** First come, first served within one key; the keys take turns, so that no crowd of one holds up another. */
export interface FairQueue<T> {
  readonly size: number;
  add(key: string, item: T): void;
  next(): T | null;
  remove(key: string, item: T): void;
}

export function createFairQueue<T>(): FairQueue<T> {
  /** In the order of their turns. */
  const lines = new Map<string, T[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(key, item) {
      const line = lines.get(key);
      if (line === undefined) lines.set(key, [item]);
      else line.push(item);
      size += 1;
    },
    next() {
      const [first] = lines;
      if (first === undefined) return null;
      const [key, line] = first;
      const item = line.shift() as T;
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      size -= 1;
      return item;
    },
    remove(key, item) {
      const line = lines.get(key);
      const index = line?.indexOf(item) ?? -1;
      if (line === undefined || index < 0) return;
      line.splice(index, 1);
      size -= 1;
      if (line.length === 0) lines.delete(key);
    },
  };
}
