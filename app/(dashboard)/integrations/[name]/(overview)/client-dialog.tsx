"use client";

import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { Callout } from "../../../../_components/callout.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { FormDialog } from "../../../../_components/form-dialog.tsx";
import { SecretField } from "../../../../_components/secret-field.tsx";
import type { ClientProof } from "../_parts/client-proof.ts";
import { overlapChoices, usualOverlap } from "../_parts/overlap-choices.ts";

type Props = {
  name: string;
  label: string;
  clientId: string | null;
  proof: ClientProof;
  hasSecret: boolean;
  live: number | null;
};

/** Sets the OAuth client, or a new secret beside the one that is there. */
export function ClientDialog({ name, label, clientId, proof, hasSecret, live }: Props) {
  const router = useRouter();
  const isNew = clientId === null;
  return (
    <FormDialog<EnvironmentIntegrationView>
      trigger={{ label: isNew ? "Set the client…" : "Change…", variant: isNew ? "primary" : "secondary" }}
      title={isNew ? `Set the OAuth client of ${label}` : `Change the OAuth client of ${label}`}
      description={
        isNew
          ? `As ${label} shows it, where you registered your app there. The secret is sealed at once and never shown again.`
          : "A new secret works beside the one before it, so that you can change it at the provider meanwhile."
      }
      words={{ action: "Save", doing: "Saving…", failed: "Nothing was changed. Try again." }}
      send={(fields) => send(name, clientId, fields)}
      onDone={() => router.refresh()}
    >
      {() => <Fields clientId={clientId} proof={proof} hasSecret={hasSecret} live={live} />}
    </FormDialog>
  );
}

function Fields({ clientId, proof, hasSecret, live }: Omit<Props, "name" | "label">) {
  const id = useId();
  const [entry, setEntry] = useState(clientId ?? "");
  const isOther = clientId !== null && entry.trim() !== clientId;
  const isRotated = hasSecret && !isOther;
  return (
    <>
      <div className="flex flex-col gap-1.5">
        <label htmlFor={`${id}-id`} className="text-sm font-medium">
          Client id
        </label>
        <input
          id={`${id}-id`}
          name="client_id"
          value={entry}
          onChange={(event) => setEntry(event.target.value)}
          required
          maxLength={500}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="control w-full font-mono"
        />
      </div>
      {isOther && live !== 0 && (
        <Callout tone="warn" title="Refresh tokens belong to the client that they were issued to">
          With another client {live === null ? "its accounts have" : countOf(live, "account has", "accounts have")} to
          be re-authorized by their customers, and the secrets of this one are erased.
        </Callout>
      )}
      {proof === "secret" && (
        <>
          <SecretField
            name="client_secret"
            label={isRotated ? "New client secret" : "Client secret"}
            help={isRotated ? "Leave it empty to keep the one that is set." : "Sealed at once, never shown again."}
            required={!isRotated}
            maxLength={5000}
          />
          {isRotated && (
            <div className="flex flex-col gap-1.5">
              <label htmlFor={`${id}-overlap`} className="text-sm font-medium">
                The secret before it
              </label>
              <select id={`${id}-overlap`} name="overlap" defaultValue={usualOverlap} className="control select w-full">
                {overlapChoices.map(({ seconds, label }) => (
                  <option key={seconds} value={seconds}>
                    is accepted for {label} more
                  </option>
                ))}
                <option value={0}>ends at once: it has leaked</option>
              </select>
            </div>
          )}
        </>
      )}
    </>
  );
}

async function send(name: string, clientId: string | null, fields: FormData) {
  const text = (field: string): string => {
    const value = fields.get(field);
    return typeof value === "string" ? value.trim() : "";
  };
  const secret = text("client_secret");
  const overlap = text("overlap");
  const config = {
    ...(text("client_id") === clientId ? {} : { client_id: text("client_id") }),
    ...(secret === "" ? {} : { client_secret: secret }),
    ...(secret === "" || overlap === "" ? {} : { previous_secret_expires_in: Number(overlap) }),
  };
  return await sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config } },
  });
}
