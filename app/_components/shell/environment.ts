export const environmentCookie = "evergrant_environment";

/** `staging` → `Staging`. */
export function environmentLabel(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
