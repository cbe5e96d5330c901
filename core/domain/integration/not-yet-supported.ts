interface Refusal {
  readonly path: (string | number)[];
  readonly message: string;
}

interface Wishes {
  readonly credentials: {
    readonly format: string;
    readonly config: {
      readonly auth: { readonly parPath?: string | undefined };
      readonly options: { readonly authorizationMethod: string };
      readonly tokenResponse?: string | undefined;
      readonly errorExpression?: string | undefined;
      readonly identity?: unknown;
    };
  };
}

/**
 * Parts of the document that this version can't honour yet. They are refused by name: a definition that is accepted and then
 * half obeyed would lose grants. The list shrinks as the engine grows.
 */
export function notYetSupported(document: Wishes): Refusal[] {
  const { format, config } = document.credentials;
  const at = (...path: string[]): (string | number)[] => ["credentials", ...path];
  const refusals: Refusal[] = [];
  const refuse = (path: (string | number)[], what: string): void => {
    refusals.push({ path, message: `${what} is not supported by this version yet; leave it out` });
  };
  if (format !== "oauth2")
    refusals.push({ path: at("format"), message: `this version supports the format oauth2 only` });
  if (config.auth.parPath !== undefined) refuse(at("config", "auth", "parPath"), "parPath");
  if (config.tokenResponse !== undefined) refuse(at("config", "tokenResponse"), "tokenResponse");
  if (config.errorExpression !== undefined) refuse(at("config", "errorExpression"), "errorExpression");
  if (config.identity !== undefined) refuse(at("config", "identity"), "identity");
  const method = config.options.authorizationMethod;
  if (method === "private_key_jwt" || method === "mtls") {
    refuse(at("config", "options", "authorizationMethod"), `authorizationMethod ${method}`);
  }
  return refusals;
}
