import { toNumber } from "#core/domain/token/read-expires-in";
import { leavesOf, withValue, type BodyPath } from "./body-paths.ts";

/** What a document reads from a token answer. */
export interface ReadParts {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresIn: unknown;
  readonly expiresAt: unknown;
  readonly scope: unknown;
}

/** A document's reading of a body; null: it finds no access token in it. */
export type ReadAnswer = (body: unknown) => Promise<ReadParts | null>;

/** From which places of a body a document reads what. */
export interface Places {
  readonly accessToken: readonly BodyPath[];
  readonly refreshToken: readonly BodyPath[];
  /** `perUnit`: what a document makes of 1 there. */
  readonly expiresIn: readonly { readonly path: BodyPath; readonly perUnit: number }[];
  readonly expiresAt: readonly BodyPath[];
  readonly scope: readonly { readonly path: BodyPath; readonly isList: boolean }[];
}

/** Like nothing that a provider sends. */
const markedText = "evergrant-check-mark";
const markedNumbers = [7_001, 9_003] as const;

/**
 * The inverse of a document's own mapping, found by asking it: each value of a body is replaced in turn, and what changes in the
 * reading tells what is read there. So it holds for whatever an expression does, as long as it hands values on.
 */
export async function findPlaces(body: unknown, read: ReadAnswer): Promise<Places> {
  const before = await read(body);
  const all: Role[] = [];
  // One at a time: whatever evaluates is there for many, and takes only so many at once.
  for (const { path, value } of leavesOf(body)) {
    // Of a list that is read as a whole, its texts are no places of their own.
    const isWithin = all.some((one) => one.role === "scope" && one.isList && isBeneath(path, one.path));
    if (!isWithin) all.push(...(await findRole(body, path, value, before, read)));
  }
  const paths = (role: Role["role"]): BodyPath[] => all.filter((one) => one.role === role).map((one) => one.path);
  return {
    accessToken: paths("accessToken"),
    refreshToken: paths("refreshToken"),
    expiresIn: all.flatMap((one) => (one.role === "expiresIn" ? [{ path: one.path, perUnit: one.perUnit }] : [])),
    expiresAt: paths("expiresAt"),
    scope: all.flatMap((one) => (one.role === "scope" ? [{ path: one.path, isList: one.isList }] : [])),
  };
}

type Role =
  | { readonly role: "accessToken" | "refreshToken" | "expiresAt"; readonly path: BodyPath }
  | { readonly role: "expiresIn"; readonly path: BodyPath; readonly perUnit: number }
  | { readonly role: "scope"; readonly path: BodyPath; readonly isList: boolean };

async function findRole(
  body: unknown,
  path: BodyPath,
  value: unknown,
  before: ReadParts | null,
  read: ReadAnswer,
): Promise<Role[]> {
  const isList = Array.isArray(value);
  const marked = await read(withValue(body, path, isList ? [markedText] : markedText));
  const roles: Role[] = [];
  if (marked?.accessToken === markedText) roles.push({ role: "accessToken", path });
  if (marked?.refreshToken === markedText) roles.push({ role: "refreshToken", path });
  if (marked !== null && namesMark(marked.scope)) roles.push({ role: "scope", path, isList });
  if (roles.length > 0 || isList) return roles;
  return await findLife(body, path, before, read);
}

/** By two numbers, so that something else that changes with the first is not taken for a lifetime. */
async function findLife(body: unknown, path: BodyPath, before: ReadParts | null, read: ReadAnswer): Promise<Role[]> {
  const [one, other] = markedNumbers;
  const [first, second] = await Promise.all([read(withValue(body, path, one)), read(withValue(body, path, other))]);
  if (first === null || second === null) return [];
  const perUnit = (toNumber(first.expiresIn) ?? 0) / one;
  if (perUnit > 0 && Math.abs((toNumber(second.expiresIn) ?? 0) / other / perUnit - 1) < 0.01) {
    return [{ role: "expiresIn", path, perUnit }];
  }
  return first.expiresAt === before?.expiresAt ? [] : [{ role: "expiresAt", path }];
}

function isBeneath(path: BodyPath, parent: BodyPath): boolean {
  return path.length > parent.length && parent.every((key, index) => key === path[index]);
}

function namesMark(scope: unknown): boolean {
  const texts: readonly unknown[] = Array.isArray(scope) ? scope : [scope];
  return texts.some((text) => typeof text === "string" && text.includes(markedText));
}
