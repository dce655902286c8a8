// A token made in the browser, as crmsyncctl makes one. It is shown, and goes nowhere.

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// Browsers hash over https and on this machine only.
export const canHash = () => globalThis.crypto?.subtle !== undefined;

export async function newToken(): Promise<{ token: string; sha256: string }> {
  const token = `crmsync_${hex(crypto.getRandomValues(new Uint8Array(32)))}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return { token, sha256: hex(new Uint8Array(digest)) };
}

// As YAML takes it in one line, whatever is in it; JSON's quotes are YAML's, too.
export function configLine(entry: { name: string; role: string; accounts: string[]; sha256: string }): string {
  const accounts = entry.accounts.length > 0 ? `, accounts: ${JSON.stringify(entry.accounts)}` : "";
  return `- { name: ${JSON.stringify(entry.name)}, role: ${entry.role}${accounts}, sha256: ${entry.sha256} }`;
}
