/** Where something stands in a body: names and indices. */
export type BodyPath = readonly (string | number)[];

/** Everything in a body that is a single value, or a list of texts. */
export function leavesOf(value: unknown, path: BodyPath = []): readonly { path: BodyPath; value: unknown }[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    leavesOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  const isTexts = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
  return isTexts ? [{ path, value }, ...inner] : inner;
}

/** A copy with another value in one place; undefined takes the place away. What stood in the way becomes an object. */
export function withValue(body: unknown, path: BodyPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    return body.map((one, index) => (index === key ? (withValue(one, rest, value) ?? null) : (one as unknown)));
  }
  const record: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const inner = withValue(record[key], rest, value);
  if (inner === undefined) delete record[key];
  else record[key] = inner;
  return record;
}

/** A body with what it lacks of another one; what it has stays. */
export function withMissing(body: unknown, extra: unknown): unknown {
  if (body === undefined || body === null) return extra;
  if (typeof body !== "object" || typeof extra !== "object" || extra === null) return body;
  if (Array.isArray(body) || Array.isArray(extra)) return body;
  const own = body as Readonly<Record<string, unknown>>;
  const added = Object.entries(extra).map(([key, value]) => [key, withMissing(own[key], value)] as const);
  return { ...own, ...Object.fromEntries(added) };
}
