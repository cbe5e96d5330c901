import type { Look } from "../../../_components/status.ts";
import type { UserDetailView } from "../../../_queries/administrators.ts";

type Subject = Pick<UserDetailView, "disabled_at" | "disabled_by">;

/** Whether somebody can sign in, and why not. */
export function lookOfUser({ disabled_at: at, disabled_by: by }: Subject): { look: Look; remark: string | null } {
  if (at === null) return { look: { tone: "good", icon: "filled", label: "Can sign in" }, remark: null };
  return {
    look: { tone: "none", icon: "slash", label: "Disabled" },
    remark: by === "idp" ? "no role any more" : null,
  };
}
