/** How this browser stands to the guide of an environment: `begun`, `skipped`, or nothing. */
export function firstRunCookie(environment: string): string {
  return `evergrant_first_run_${environment.replaceAll(/[^a-z0-9-]/gi, "_")}`;
}
