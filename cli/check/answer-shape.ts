import { withValue, type BodyPath } from "./body-paths.ts";
import { findPlaces, type Places, type ReadAnswer } from "./find-places.ts";

/** What a good token answer is to say. */
export interface GoodAnswer {
  readonly accessToken: string;
  /** Null: none. */
  readonly refreshToken: string | null;
  /** In what the document's `expiresInUnit` counts; undefined: not said. */
  readonly expiresIn: number | string | undefined;
  /** Undefined: what the form has of its own. */
  readonly scopes: readonly string[] | undefined;
}

/** How a provider writes a good token answer. */
export interface AnswerShape {
  /** What the document can be told by it besides the access token. */
  readonly says: {
    readonly refreshToken: boolean;
    /** fixed: it reads one from somewhere that can't be written to. */
    readonly lifetime: "free" | "fixed" | "none";
    readonly scopes: boolean;
  };
  readonly write: (answer: GoodAnswer) => unknown;
}

/** RFC 6749 §5.1. */
export const standardBody = {
  access_token: "access",
  token_type: "Bearer",
  refresh_token: "refresh",
  expires_in: 3600,
  scope: "scope",
};

/**
 * The form of the first body in which the document finds an access token, with our values where it reads its own. What the body
 * does not show, but the document reads from where the standard has it, is added there.
 *
 * @returns null when it finds none in any
 */
export async function findShape(
  bodies: readonly unknown[],
  read: ReadAnswer,
  scopeSeparator: string,
): Promise<AnswerShape | null> {
  for (const body of bodies) {
    const whole = await completed(body, read);
    const places = await findPlaces(whole, read);
    if (places.accessToken.length === 0) continue;
    const shape = shapeOf(whole, places, scopeSeparator, await hasLife(whole, read));
    if (await isReadBack(shape, read)) return shape;
  }
  return null;
}

/** Every part that is missing, and that the document would read where RFC 6749 has it. */
async function completed(body: unknown, read: ReadAnswer): Promise<unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const shown = await findPlaces(body, read);
  const added = Object.entries({
    refresh_token: shown.refreshToken.length === 0,
    expires_in: shown.expiresIn.length === 0,
    scope: shown.scope.length === 0,
  }).filter(([, isMissing]) => isMissing);
  const { access_token: _, token_type: __, ...standard } = standardBody;
  const names = new Set(added.map(([name]) => name));
  return { ...body, ...Object.fromEntries(Object.entries(standard).filter(([name]) => names.has(name))) };
}

async function hasLife(body: unknown, read: ReadAnswer): Promise<boolean> {
  const parts = await read(body);
  return parts !== null && [parts.expiresIn, parts.expiresAt].some((one) => one !== undefined && one !== null);
}

function shapeOf(body: unknown, places: Places, scopeSeparator: string, isLifeRead: boolean): AnswerShape {
  return {
    says: {
      refreshToken: places.refreshToken.length > 0,
      lifetime: places.expiresIn.length > 0 ? "free" : isLifeRead ? "fixed" : "none",
      scopes: places.scope.length > 0,
    },
    write({ accessToken, refreshToken, expiresIn, scopes }) {
      const changes: (readonly [BodyPath, unknown])[] = [
        ...places.accessToken.map((path) => [path, accessToken] as const),
        ...places.refreshToken.map((path) => [path, refreshToken ?? undefined] as const),
        ...places.expiresIn.map(({ path, perUnit }) => [path, inUnit(expiresIn, perUnit)] as const),
        // An absolute end would be the documentation's, and has passed.
        ...(places.expiresIn.length > 0 ? places.expiresAt.map((path) => [path, undefined] as const) : []),
        ...(scopes === undefined
          ? []
          : places.scope.map(({ path, isList }) => [path, isList ? scopes : scopes.join(scopeSeparator)] as const)),
      ];
      return changes.reduce((made, [path, value]) => withValue(made, path, value), body);
    },
  };
}

/** Where an expression divides, the provider multiplies. */
function inUnit(expiresIn: number | string | undefined, perUnit: number): number | string | undefined {
  if (expiresIn === undefined || perUnit === 1) return expiresIn;
  const number = Math.round(Number(expiresIn) / perUnit);
  return typeof expiresIn === "string" ? String(number) : number;
}

async function isReadBack(shape: AnswerShape, read: ReadAnswer): Promise<boolean> {
  const written = shape.write({ accessToken: "a-1", refreshToken: "r-1", expiresIn: 3600, scopes: undefined });
  const parts = await read(written);
  return parts?.accessToken === "a-1" && (!shape.says.refreshToken || parts.refreshToken === "r-1");
}
