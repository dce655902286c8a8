// Which account was looked at last, for an address that does not name one.
const name = "crmsyncd-account";

export function rememberedAccount(): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;  // storage is switched off
  }
}

export function rememberAccount(id: string): void {
  try {
    localStorage.setItem(name, id);
  } catch {
    // Then the first account comes next time.
  }
}
