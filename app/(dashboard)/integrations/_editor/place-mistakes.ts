import type { Mistake } from "./mistakes.tsx";
import { lineAndColumn, placeOf, type Scan } from "./scan-text.ts";

/** What is wrong with a text, each where it stands and in its order: that it is no JSON yet, or what was found in it. */
export function placeMistakes(
  text: string,
  { fault, places }: Scan,
  found: readonly { pointer: string; detail: string }[],
): Mistake[] {
  if (fault !== null) {
    const { at, detail } = fault;
    return [{ pointer: "", detail, from: at, to: at + 1, ...lineAndColumn(text, at) }];
  }
  return found
    .map(({ pointer, detail }) => {
      const place = placeOf(places, pointer);
      return { pointer, detail, ...place, ...lineAndColumn(text, place.from) };
    })
    .toSorted((one, other) => one.from - other.from);
}
