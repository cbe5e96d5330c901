"use client";

import { useRouter } from "next/navigation";
import { useId } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { FormDialog } from "../../../../_components/form-dialog.tsx";

export function CertificateDialog({ name, label, isSet }: { name: string; label: string; isSet: boolean }) {
  const router = useRouter();
  return (
    <FormDialog<EnvironmentIntegrationView>
      trigger={{ label: isSet ? "Replace the certificate…" : "Set the certificate…" }}
      title={`The client certificate for ${label}`}
      description="Shown in the TLS handshake. Its key is sealed at once and never shown again; the one before is in force until then."
      words={{ action: "Save", doing: "Saving…", failed: "Nothing was changed. Try again." }}
      send={(fields) =>
        sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
          integration_name: name,
          credentials: {
            oauth2: {
              config: {
                client_certificate: fields.get("client_certificate"),
                client_certificate_key: fields.get("client_certificate_key"),
              },
            },
          },
        })
      }
      onDone={() => router.refresh()}
    >
      {() => (
        <>
          <Pem
            name="client_certificate"
            label="Certificate, with its chain (PEM)"
            begins="-----BEGIN CERTIFICATE-----"
          />
          <Pem name="client_certificate_key" label="Private key (PEM)" begins="-----BEGIN PRIVATE KEY-----" />
        </>
      )}
    </FormDialog>
  );
}

function Pem({ name, label, begins }: { name: string; label: string; begins: string }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        required
        rows={5}
        maxLength={20_000}
        placeholder={begins}
        autoComplete="off"
        spellCheck={false}
        className="control h-auto w-full py-2 font-mono text-xs"
      />
    </div>
  );
}
