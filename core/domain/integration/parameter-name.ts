/** What an integration calls a parameter of the protocol. */
export function parameterName(
  integration: {
    readonly parameterNames: Readonly<Record<string, string>>;
    readonly scopeParameter: string;
  },
  name: string,
): string {
  if (name === "scope" && integration.scopeParameter !== "scope") return integration.scopeParameter;
  const { parameterNames } = integration;
  return Object.hasOwn(parameterNames, name) ? (parameterNames[name] ?? name) : name;
}
