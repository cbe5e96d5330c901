import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { Fact } from "../../../../_components/facts.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { actorWords } from "../_parts/actor-words.ts";
import { clientIdOf, proofOf } from "../_parts/client-proof.ts";
import { CertificateDialog } from "./certificate-dialog.tsx";
import { ClientDialog } from "./client-dialog.tsx";
import { EndOverlap, KeepOverlap } from "./overlap-dialogs.tsx";
import { RotateKey } from "./rotate-key.tsx";

type Props = {
  label: string;
  configuration: EnvironmentIntegrationView;
  /** Accounts that would have to be re-authorized for another client; null: nobody can tell. */
  live: number | null;
  names: ReadonlyMap<string, string>;
  mayWrite: boolean;
};

/** The OAuth client of this environment: what is set, by whom and since when. Never a value that is secret. */
export function ClientSection({ label, configuration, live, names, mayWrite }: Props) {
  const { integration_name: name, client_secrets: secrets } = configuration;
  const clientId = clientIdOf(configuration);
  const { proof, words } = proofOf(configuration);
  const isOverlapping = secrets.length > 1;
  return (
    <section id="client" aria-labelledby="client-heading" className="scroll-mt-4">
      <SectionHeading id="client-heading" title="OAuth client" note="of this environment">
        {mayWrite && (
          <ClientDialog
            name={name}
            label={label}
            clientId={clientId}
            proof={proof}
            hasSecret={secrets.length > 0}
            live={live}
          />
        )}
      </SectionHeading>
      <div className="card text-sm">
        <dl className="divide-y divide-line">
          <Fact name="Client id">
            {clientId === null ? (
              <span className="text-subtle">Not set: nobody can connect</span>
            ) : (
              <span className="flex items-start gap-1">
                <code className="font-mono text-xs leading-5 wrap-anywhere">{clientId}</code>
                <CopyButton text={clientId} label="Copy the client id" />
              </span>
            )}
          </Fact>
          <Fact name="Proves itself by">{words}</Fact>
          {proof === "secret" && (
            <Fact name={isOverlapping ? "Secrets" : "Secret"}>
              {secrets.length === 0 ? (
                <span className="text-subtle">Not set</span>
              ) : (
                <ol className="space-y-2">
                  {secrets.map((secret, index) => (
                    <SecretLine
                      key={secret.version}
                      secret={secret}
                      place={index > 0 ? "Previous" : isOverlapping ? "New" : null}
                      isUsed={secret.version === configuration.secret_in_use_version}
                      names={names}
                    />
                  ))}
                </ol>
              )}
            </Fact>
          )}
          {proof === "key" && <KeyFacts configuration={configuration} />}
          {proof === "certificate" && <CertificateFact configuration={configuration} />}
        </dl>
        {proof === "secret" && isOverlapping && (
          <div className="border-t border-line px-4 py-3">
            <p className="text-muted">
              Both are accepted: the new one is tried first. To go back, enter the previous one again; it takes the
              first place.
            </p>
            {mayWrite && (
              <div className="mt-2.5 flex flex-wrap gap-2">
                <EndOverlap
                  name={name}
                  label={label}
                  isProven={configuration.secret_in_use_version === secrets[0]?.version}
                />
                <KeepOverlap name={name} />
              </div>
            )}
          </div>
        )}
        {mayWrite && proof === "key" && clientId !== null && (
          <div className="border-t border-line px-4 py-3">
            <RotateKey name={name} label={label} />
          </div>
        )}
        {mayWrite && proof === "certificate" && (
          <div className="border-t border-line px-4 py-3">
            <CertificateDialog name={name} label={label} isSet={configuration.client_certificate !== null} />
          </div>
        )}
      </div>
    </section>
  );
}

type LineProps = {
  secret: EnvironmentIntegrationView["client_secrets"][number];
  place: "New" | "Previous" | null;
  isUsed: boolean;
  names: ReadonlyMap<string, string>;
};

function SecretLine({ secret, place, isUsed, names }: LineProps) {
  const { created_at: createdAt, last_worked_at: workedAt, accepted_until: until } = secret;
  return (
    <li>
      <span className="flex flex-wrap items-baseline gap-x-2">
        {place !== null && <span className="font-medium">{place}</span>}
        <span aria-hidden className="font-mono text-xs text-subtle">
          ••••••••
        </span>
        <span className={isUsed ? "text-good" : "text-muted"}>
          {workedAt === null ? (
            "has not worked yet"
          ) : (
            <>
              {isUsed ? "in use, worked " : "worked "}
              <RelativeTime at={workedAt} />
            </>
          )}
        </span>
      </span>
      <span className="block text-xs wrap-anywhere text-subtle">
        Set <RelativeTime at={createdAt} /> by {actorWords(secret.set_by, names)}
        {until !== null && (
          <>
            , ends <RelativeTime at={until} parts={2} />
          </>
        )}
      </span>
    </li>
  );
}

function KeyFacts({
  configuration: { jwks_uri: uri, client_keys: keys },
}: {
  configuration: EnvironmentIntegrationView;
}) {
  return (
    <>
      <Fact name="Public keys">
        {uri === null ? (
          <span className="text-subtle">Made when the client id is set</span>
        ) : (
          <span className="flex items-start gap-1">
            <code className="font-mono text-xs leading-5 wrap-anywhere">{uri}</code>
            <CopyButton text={uri} label="Copy the address of the public keys" />
          </span>
        )}
      </Fact>
      {keys.map(({ jwk, created_at: createdAt, accepted_until: until }) => (
        <Fact key={jwk["kid"] ?? createdAt} name={until === null ? "Signs with" : "Published until it ends"}>
          <code className="font-mono text-xs wrap-anywhere">{jwk["kid"]}</code>
          <span className="block text-xs text-subtle">
            Made <RelativeTime at={createdAt} />
            {until !== null && (
              <>
                , ends <RelativeTime at={until} parts={2} />
              </>
            )}
          </span>
        </Fact>
      ))}
    </>
  );
}

function CertificateFact({
  configuration: { client_certificate: shown },
}: {
  configuration: EnvironmentIntegrationView;
}) {
  return (
    <Fact name="Certificate">
      {shown === null ? (
        <span className="text-subtle">Not set: nothing can be asked</span>
      ) : (
        <>
          <span className="wrap-anywhere">{shown.subject}</span>
          <code className="block font-mono text-xs wrap-anywhere text-subtle">{shown.sha256}</code>
          <span className="block text-xs text-subtle">
            Ends <RelativeTime at={shown.not_after} parts={2} />
          </span>
        </>
      )}
    </Fact>
  );
}
