export type ApprovalChoice = {
  /** The public address that the person's browser talks to. */
  origin: string;
  /** The cookies of that browser. */
  cookie: string;
  /** Default `connect`. */
  decision?: "connect" | "decline";
};

/** Answers the page that asks whether it is the right account, as a browser would. @returns null where it asks nothing */
export async function approveAsPerson({
  origin,
  cookie,
  decision = "connect",
}: ApprovalChoice): Promise<Response | null> {
  const outcome = await fetch(new URL("/api/connect/outcome", origin), { headers: { cookie } });
  const view = (await outcome.json()) as { status: string; connect_session_id: string | null };
  if (view.status !== "approving" || view.connect_session_id === null) return null;
  return await fetch(new URL(decision === "connect" ? "/connect/approve" : "/connect/decline", origin), {
    method: "POST",
    body: new URLSearchParams({ connect_session_id: view.connect_session_id }),
    headers: { cookie, origin },
    redirect: "manual",
  });
}
