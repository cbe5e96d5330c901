import type { Metadata } from "next";
import Link from "next/link";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { environmentLabel } from "../../../_components/shell/environment.ts";
import { readOrigin } from "../../../_queries/origin.ts";
import { readRole } from "../../../_queries/session.ts";
import { readEnvironment } from "../../../_queries/settings.ts";
import { SettingCard } from "../_parts/setting-card.tsx";
import { SettingsHeader } from "../_parts/settings-header.tsx";
import { AddressList } from "./address-list.tsx";
import { LinksInEvents } from "./links-in-events.tsx";
import { OwnAddress } from "./own-address.tsx";

export const metadata: Metadata = { title: "Settings" };

const link = "font-medium text-ink underline underline-offset-2 hover:text-accent";

export default async function EnvironmentSettingsPage() {
  const [answer, role, origin] = await Promise.all([readEnvironment(), readRole(), readOrigin()]);
  const mayWrite = isPermitted(role, "settings:write");
  if (answer.kind === "problem") {
    return (
      <>
        <SettingsHeader active="environment" role={role} />
        <div className="mt-4">
          <ProblemState problem={answer.problem} />
        </div>
      </>
    );
  }
  const environment = answer.value;
  return (
    <>
      <SettingsHeader active="environment" role={role} />
      <p className="max-w-3xl pt-5 text-muted">
        These settings are of <strong className="font-semibold text-ink">{environmentLabel(environment.name)}</strong>{" "}
        alone. Accounts, OAuth clients, API keys and webhooks of one environment are never seen by another.
      </p>
      <div className="mt-1">
        <SettingCard
          id="return-urls"
          title="Return URLs"
          tells={
            <>
              <p>Where customers come back to your product after they connected. A connect link names one of these.</p>
              <p>
                They are compared character by character: <code className="font-mono text-xs">/settings</code> does not
                allow <code className="font-mono text-xs">/settings/</code>, another query or another host. Evergrant
                adds its own parameters to it.
              </p>
            </>
          }
        >
          <AddressList
            name="return_urls"
            addresses={environment.return_urls}
            mayWrite={mayWrite}
            words={{
              one: "return URL",
              add: "Add a return URL",
              field: "Return URLs",
              placeholder: "https://app.example.com/settings",
              none: "None yet: links can name none, and customers stay on the last card, which says that they may close it.",
              removed: [
                "A link that names it is not made any more: your product gets 422.",
                "Links that are out keep it until they are used or end.",
              ],
            }}
          />
        </SettingCard>
        <SettingCard
          id="allowed-origins"
          title="Allowed origins"
          tells={
            <p>
              Pages of your product that may open the connect page in a popup or a frame and are told what came of it.
              Scheme, host and port, without a path.
            </p>
          }
        >
          <AddressList
            name="allowed_origins"
            addresses={environment.allowed_origins}
            mayWrite={mayWrite}
            words={{
              one: "origin",
              add: "Add an origin",
              field: "Allowed origins",
              placeholder: "https://app.example.com",
              none: "None yet: no page may embed the connect page. Links that are opened by themselves need none.",
              removed: [
                "Pages of this origin can't open the connect page in a popup or a frame any more.",
                "What they have open is told nothing from the next step on.",
              ],
            }}
          />
        </SettingCard>
        <SettingCard
          id="address"
          title="Address of links"
          tells={<p>Customers meet your own name in the address bar, and no word of Evergrant.</p>}
        >
          <OwnAddress address={environment.connect_url} publicOrigin={origin} mayWrite={mayWrite} />
        </SettingCard>
        <SettingCard
          id="links-in-events"
          title="Links in events"
          tells={<p>When a customer has to re-authorize, the event can bring the link that they need.</p>}
        >
          <LinksInEvents isOn={environment.reauth_links_in_events} mayWrite={mayWrite} />
        </SettingCard>
        <SettingCard
          id="two-people"
          title="Two people"
          tells={
            <p>What can&rsquo;t be taken back, or leads credentials elsewhere, is not one person&rsquo;s to do.</p>
          }
        >
          <div className="card p-4 text-sm">
            <p>
              Ending a sealing key, wrapping everything anew, destroying a customer&rsquo;s key, exports, and other
              hosts for an integration with live accounts need a second administrator, in every environment. Where there
              is none, whoever asks waits 24 hours.
            </p>
            <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
              <Link href="/approvals" prefetch={false} className={link}>
                What waits now
              </Link>
              {isPermitted(role, "users:read") && (
                <Link href="/administrators" prefetch={false} className={link}>
                  Who could approve
                </Link>
              )}
            </p>
          </div>
        </SettingCard>
      </div>
    </>
  );
}
