import { expect, it } from "vitest";
import { createCallPlaces } from "./call-places.ts";

it("so many calls of one account are under way at a time, whatever other accounts do", () => {
  const places = createCallPlaces(2);
  const [first, second] = [places.take("ia_1"), places.take("ia_1")];
  expect(first).not.toBeNull();
  expect(second).not.toBeNull();
  expect(places.take("ia_1")).toBeNull();
  expect(places.take("ia_2")).not.toBeNull();
  first?.();
  // A place that is given back twice is one place.
  first?.();
  expect(places.take("ia_1")).not.toBeNull();
  expect(places.take("ia_1")).toBeNull();
});
