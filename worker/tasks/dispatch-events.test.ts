import type { JobHelpers } from "graphile-worker";
import { expect, test } from "vitest";
import { dispatchEventsTask } from "./dispatch-events.ts";

test("while more wait than one look takes, every second look takes the newest: what happens now does not wait for all before", async () => {
  let waiting = 1_750;
  const looks: [events: number, order: string][] = [];
  const dispatch = async (most: number, order: string) => {
    const events = Math.min(most, waiting);
    waiting -= events;
    looks.push([events, order]);
    return await Promise.resolve({ events, deliveries: events });
  };
  const task = dispatchEventsTask({ deliveries: { dispatch } as never });
  await Promise.all([task({}, {} as JobHelpers), task({}, {} as JobHelpers)]);
  expect(looks).toEqual([
    [500, "oldest"],
    [500, "newest"],
    [500, "oldest"],
    [250, "newest"],
  ]);
});
