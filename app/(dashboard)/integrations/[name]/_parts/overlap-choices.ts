/** How long a secret that was replaced may be accepted. */
export const overlapChoices = [
  { seconds: 86_400, label: "1 day" },
  { seconds: 604_800, label: "7 days" },
  { seconds: 2_592_000, label: "30 days" },
  { seconds: 7_776_000, label: "90 days" },
] as const;

export const usualOverlap = 604_800;
